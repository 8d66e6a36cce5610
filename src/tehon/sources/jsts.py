"""JSTS: captions of pictures, and how alike annotators found their meaning, from 0 to 5.

The paper did not use this corpus, so both renderings are the same. Used: `sentence1`, `sentence2`, and `label`, a mean
of votes, rounded to the nearest whole number, halves upwards, as one of six words: 全く違う, ほとんど違う,
少し似ている, 似ている, とても似ている, 同じ意味. Three wordings. Cluster: paraphrase.
`train` (12,451 rows) may be trained on, `valid` (1,457) and `test` (1,589; 794 at hand) may not.

JSTS and JNLI judge the same captions: 1,487 of JNLI's 2,434 valid pairs stand in JSTS's training split, and the score
gives much of the relation away. A mixture with both must hold JNLI out.
"""

from collections.abc import Iterator
from math import floor
from pathlib import Path

from tehon.formats import jglue
from tehon.formats.finding import chosen
from tehon.formats.judgement import Judgement
from tehon.records.corpus import Drop, Example, Measured, ReadOptions, Source
from tehon.records.rows import examples

NAMES = ("文１", "文２")
SCALE = ("全く違う", "ほとんど違う", "少し似ている", "似ている", "とても似ている", "同じ意味")
"""What each whole score is called, from 0 to 5."""
_CHOICES = "、".join(f"「{word}」" for word in SCALE)
LIKENESS = Judgement(
    source="jsts",
    part="pairs",
    cluster="paraphrase",
    wordings=(
        f"二つの文の意味はどれくらい似ていますか。{_CHOICES}から一つ選んでください。",
        f"文１と文２の意味の近さを、{_CHOICES}のどれか一つで答えてください。",
        f"次の二つの文は言い換えと言えるでしょうか。{_CHOICES}の中から最も近いものを答えてください。",
    ),
    words={str(score): word for score, word in enumerate(SCALE)},
)


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every pair of sentences in the file's order."""
    pairs = jglue.judged_pairs(folder, chosen(SOURCE.splits, options.splits), NAMES, _score)
    return examples(SOURCE, jglue.rows(LIKENESS, pairs, options.seed))


def _score(both: jglue.SentencePair) -> str:
    return str(floor(both.label + 0.5)) if isinstance(both.label, float) else str(both.label or "")


SOURCE = Source(
    name="jsts",
    title="JSTS (JGLUE)",
    licence=jglue.LICENCE,
    citation=jglue.CITATION,
    homepage=jglue.HOMEPAGE,
    splits={"train": True, "valid": False, "test": False},
    benchmark="jglue",
    downloads=jglue.downloads("jsts", "train", "valid", "test"),
    parts=(LIKENESS.as_part(),),
    fields=("sentence1", "sentence2", "label"),
    labels=LIKENESS.words,
    measured={
        "train": Measured(examples=12_451),
        "valid": Measured(examples=1_457),
        "test": Measured(examples=794, note="half of upstream's 1,589"),
    },
    sample={
        "train-v1.3.json": (
            '{"sentence_pair_id": "0", "yjcaptions_id": "1-2-3", "sentence1": "川で男の子が泳いでいます。",'
            ' "sentence2": "男の子が川で泳いでいます。", "label": 5.0}\n'
            '{"sentence_pair_id": "1", "yjcaptions_id": "1-2-4", "sentence1": "川で男の子が泳いでいます。",'
            ' "sentence2": "川で子供が遊んでいます。", "label": 2.5}\n'
            '{"sentence_pair_id": "2", "yjcaptions_id": "1_5-2-6", "sentence1": "川で男の子が泳いでいます。",'
            ' "sentence2": "皿に果物があります。", "label": 0.4}\n'
            '{"sentence_pair_id": "3", "yjcaptions_id": "1_5-2-7", "sentence1": "川で男の子が泳いでいます。",'
            ' "sentence2": "点のない組です。", "label": null}\n'
            '{"sentence_pair_id": "4", "yjcaptions_id": "1_5-2-8", "sentence1": "川で男の子が泳いでいます。",'
            ' "sentence2": "目盛りの外の組です。", "label": 7.0}\n'
        ).encode(),
        "valid-v1.3.json": (
            '{"sentence_pair_id": "0", "yjcaptions_id": "9-8-7", "sentence1": "駅に電車が止まっています。",'
            ' "sentence2": "電車が駅に停車中です。", "label": 4.4}\n'
        ).encode(),
        "test-v1.3.json": (
            '{"sentence_pair_id": "0", "yjcaptions_id": "9-8-6", "sentence1": "駅に電車が止まっています。",'
            ' "sentence2": "駅の前に人がいます。", "label": 1.2}\n'
        ).encode(),
    },
    read=read,
)
