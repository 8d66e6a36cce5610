"""Ordinary questions with a reference answer, written by hand and in no training data."""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.authored import OURS, PLACE
from tehon.formats.questions import read_questions
from tehon.records.evaluation import Item, Task


def read(file: Path, split: str) -> Iterator[Item]:
    """The items of `authored/ordinary_questions.jsonl`; no file is looked at."""
    del file, split
    path = Path(__file__).parent / "authored" / "ordinary_questions.jsonl"
    return read_questions(path, "ordinary_questions", OURS.spdx)


TASK = Task(
    name="ordinary_questions",
    title="Ordinary questions, written by hand",
    kind="perplexity",
    language="ja",
    splits={"test": ""},
    split="test",
    default_template="alpaca_ja",
    licence=OURS,
    citation="The tehon developers: ordinary questions with reference answers, written for tehon's demo.",
    homepage=PLACE,
    sample={},
    read=read,
    embedded=True,
)
