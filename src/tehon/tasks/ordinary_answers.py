"""The first of the ordinary questions, to be answered in full, for people to read."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tehon.formats.authored import OURS, PLACE
from tehon.formats.questions import read_questions
from tehon.records.evaluation import Item, Task

ANSWERED = 15


def read(file: Path) -> Iterator[Item]:
    """The first items of `authored/ordinary_questions.jsonl`; no file is looked at."""
    del file
    path = Path(__file__).parent / "authored" / "ordinary_questions.jsonl"
    return islice(read_questions(path, "ordinary_answers", OURS.spdx), ANSWERED)


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
