"""Questions in the layout of FastChat's benchmarks: a category and the user's turns, a line each; answers beside them.

A folder holds `question*.jsonl` and, where somebody gave good answers, `reference_answer/gpt-4.jsonl`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from tehon.errors import BadRawFile
from tehon.formats.finding import find_one, matching
from tehon.formats.json_lines import read_json_lines
from tehon.records.corpus import Example
from tehon.records.evaluation import Item, Task

QUESTIONS = "question*.jsonl"
ANSWERS = "reference_answer/gpt-4*.jsonl"
Turns = Annotated[tuple[Annotated[str, msgspec.Meta(min_length=1)], ...], msgspec.Meta(min_length=1)]


class Question(msgspec.Struct):
    """One line of questions."""

    question_id: int
    category: str
    turns: Turns


class Choice(msgspec.Struct):
    """One conversation's answers."""

    turns: tuple[str, ...]


class Answered(msgspec.Struct):
    """One line of answers."""

    question_id: int
    choices: Annotated[tuple[Choice, ...], msgspec.Meta(min_length=1)]


def read_conversations(folder: Path, task: Task, split: str) -> Iterator[Item]:
    """One item a question, with its later turns, its category and the good answers to its turns.

    Raises:
        RawFileMissing: there are no questions.
        BadRawFile: a line has another layout, or a question stands twice.
    """
    file = find_one(folder, QUESTIONS)
    answers = _answers(folder)
    seen: set[int] = set()
    for place, question in read_json_lines(file, Question):
        if question.question_id in seen:
            problem = f"every question must stand once, but number {question.question_id} stands twice"
            raise BadRawFile(str(folder / place), problem, "Fetch the file again")
        seen.add(question.question_id)
        first, *later = question.turns
        example = Example(
            id=f"{task.name}/{question.question_id:06d}",
            upstream_id=str(question.question_id),
            instruction=first,
            response="",
            source=task.name,
            part=task.name,
            split=split,
            cluster="dialogue",
            language=task.language,
            licence=task.licence.spdx,
        )
        yield Item(
            example=example,
            fields={"question": first},
            turns=tuple(later),
            category=question.category,
            model_answers=answers.get(question.question_id, ()),
        )


def _answers(folder: Path) -> dict[int, tuple[str, ...]]:
    files = list(matching(folder, ANSWERS))
    rows = read_json_lines(files[0], Answered) if files else ()
    return {row.question_id: row.choices[0].turns for _, row in rows}
