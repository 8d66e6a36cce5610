"""JNLI: captions of the same picture, and whether one follows from the other.

The paper named inference as missing and scored JNLI; both renderings are the same. Used: `sentence1` as premise,
`sentence2` as hypothesis, `label` (含意, 矛盾, 中立), under one of three wordings. Cluster: inference. `train` (20,073
rows) may be trained on; its labelled file was not at hand, so its count is upstream's. `valid` (2,434) and `test`
(2,508; 1,254 at hand) may not: everybody evaluates on them.
"""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats import jglue
from tehon.formats.finding import chosen
from tehon.formats.inference import NAMES, WORDINGS, WORDS
from tehon.formats.judgement import Judgement
from tehon.records.corpus import Drop, Example, Measured, ReadOptions, Source
from tehon.records.rows import examples

RELATION = Judgement(source="jnli", part="pairs", cluster="inference", wordings=WORDINGS, words=WORDS)


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    """Every pair of sentences in the file's order."""
    pairs = jglue.judged_pairs(folder, chosen(SOURCE.splits, options.splits), NAMES, _label)
    return examples(SOURCE, jglue.rows(RELATION, pairs, options.seed))


def _label(both: jglue.SentencePair) -> str:
    return str(both.label or "")


SOURCE = Source(
    name="jnli",
    title="JNLI (JGLUE)",
    licence=jglue.LICENCE,
    citation=jglue.CITATION,
    homepage=jglue.HOMEPAGE,
    splits={"train": True, "valid": False, "test": False},
    benchmark="jglue",
    downloads=jglue.downloads("jnli", "train", "valid", "test"),
    parts=(RELATION.as_part(),),
    fields=("sentence1", "sentence2", "label"),
    labels=RELATION.words,
    measured={
        "valid": Measured(examples=2_434),
        "test": Measured(examples=1_254, note="half of upstream's 2,508"),
    },
    sample={
        "train-v1.3.json": (
            '{"sentence_pair_id": "0", "yjcaptions_id": "1-2-3", "sentence1": "庭で猫が寝ています。",'
            ' "sentence2": "猫が外にいます。", "label": "entailment"}\n'
            '{"sentence_pair_id": "1", "yjcaptions_id": "1-2-4", "sentence1": "庭で猫が寝ています。",'
            ' "sentence2": "猫が木に登っています。", "label": "contradiction"}\n'
            '{"sentence_pair_id": "2", "yjcaptions_id": "1-2-5", "sentence1": "庭で猫が寝ています。",'
            ' "sentence2": "猫の鈴は赤いです。", "label": "neutral"}\n'
            '{"sentence_pair_id": "3", "yjcaptions_id": "1-2-6", "sentence1": "庭で猫が寝ています。",'
            ' "sentence2": "札のない組です。"}\n'
        ).encode(),
        "valid-v1.3.json": (  # the task of this name reads the same file
            '{"sentence_pair_id": "0", "yjcaptions_id": "1-2-3", "sentence1": "犬が海辺を走っています。",'
            ' "sentence2": "海の近くに犬がいます。", "label": "entailment"}\n'
        ).encode(),
        "test-v1.3.json": (
            '{"sentence_pair_id": "0", "yjcaptions_id": "7-8-10", "sentence1": "机に本が置いてあります。",'
            ' "sentence2": "机の上には何もありません。", "label": "contradiction"}\n'
        ).encode(),
    },
    read=read,
)
