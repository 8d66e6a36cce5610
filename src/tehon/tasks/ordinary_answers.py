"""The first of the ordinary questions, to be answered in full, for people to read."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from tehon.formats.authored import OURS, PLACE
from tehon.formats.questions import read_questions
from tehon.records.evaluation import Item, Task

ANSWERED = 15


def read(file: Path, split: str) -> Iterator[Item]:
    """The first questions of `authored/ordinary_questions.jsonl`; no file is looked at.

    Their answers stay behind: one good answer among many is no measure of another.
    """
    del file, split
    path = Path(__file__).parent / "authored" / "ordinary_questions.jsonl"
    for item in islice(read_questions(path, "ordinary_answers", OURS.spdx), ANSWERED):
        yield replace(item, example=replace(item.example, response=""))


TASK = Task(
    name="ordinary_answers",
    title="Answers to ordinary questions",
    kind="generation",
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
