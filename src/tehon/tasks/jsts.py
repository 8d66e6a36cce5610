"""JSTS: how alike two captions are in meaning, from 0 to 5, against the mean of annotators' votes.

The model chooses among the six whole numbers; what is correlated with the votes is the number that its likelihoods of
them come to on average.
"""

from collections.abc import Iterator
from math import floor
from pathlib import Path

from msgspec.structs import replace

from tehon.errors import BadRawFile
from tehon.formats import jglue
from tehon.formats.json_lines import as_json_lines, read_json_lines
from tehon.formats.labelled import OURS, Labelling, Place
from tehon.records.evaluation import Item, Task
from tehon.sources.jsts import SOURCE

HIGHEST = 5
LABELLING = Labelling(
    task="jsts",
    cluster="paraphrase",
    licence=SOURCE.licence.spdx,
    instruction=(
        "二つの文の意味がどれくらい近いかを、0から5までの整数一つで答えてください。"
        "0は意味がまったく違うこと、5は意味が同じことを表します。"
    ),
    words={str(step): str(step) for step in range(HIGHEST + 1)},
    names={"sentence1": "文1", "sentence2": "文2"},
)


def read(file: Path, split: str) -> Iterator[Item]:
    """One item a pair; its answer is the nearest whole number, halves upwards."""
    for number, (place, row) in enumerate(read_json_lines(file, jglue.SentencePair)):
        at = Place(split=split, number=number, id=row.sentence_pair_id, where=str(file.parent / place))
        value = row.label
        if not isinstance(value, float) or not 0 <= value <= HIGHEST:
            problem = f"must be labelled with a number from 0 to {HIGHEST}, but has {value!r}"
            raise BadRawFile(at.where, problem, "Fetch the file again")
        pair = {"sentence1": row.sentence1, "sentence2": row.sentence2}
        yield replace(LABELLING.item(at, str(floor(value + 0.5)), **pair), value=value)


def pair(number: int, first: str, second: str, label: float) -> jglue.SentencePair:
    """A row of the sample."""
    return jglue.SentencePair(sentence_pair_id=str(number), sentence1=first, sentence2=second, label=label)


TASK = Task(
    name="jsts",
    title=SOURCE.title,
    kind="correlation",
    language="ja",
    splits=jglue.SPLITS,
    split="valid",
    shots_split="train",
    items={"train": 12_451, "valid": 1_457, "test": 1_589},
    prompts=LABELLING.prompts(),
    default_template=OURS,
    licence=SOURCE.licence,
    citation=SOURCE.citation,
    homepage=SOURCE.homepage,
    benchmark=SOURCE.benchmark,
    downloads=SOURCE.downloads,
    sample={
        "train-v1.3.json": as_json_lines(
            pair(0, "港に大きな船が入ってきます。", "大きな船が入港してきます。", 4.8),
            pair(1, "港に大きな船が入ってきます。", "港に船が二隻とまっています。", 2.5),
            pair(2, "港に大きな船が入ってきます。", "女の子がケーキを切っています。", 0.0),
        ),
        "valid-v1.3.json": as_json_lines(
            pair(0, "雪の坂を子供がそりで滑っています。", "子供がそりで雪の坂を滑り降りています。", 4.4),
            pair(1, "雪の坂を子供がそりで滑っています。", "{坂}に雪が積もっています。", 2.0),
            pair(2, "雪の坂を子供がそりで滑っています。", "机にパソコンがあります。", 0.2),
        ),
    },
    read=read,
)
