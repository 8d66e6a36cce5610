"""What people compare: every two models' answers to the same item, out of finished evaluations and prepared sets."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import msgspec

from tehon.errors import DataError, RawFileMissing, UsageError
from tehon.formats.json_lines import read_json_lines
from tehon.records.preferences import Matchup, PreparedItem
from tehon.report.read import Run


class Question(NamedTuple):
    """What several models were asked alike."""

    task: str
    shots: int
    seed: int | None
    item: str
    prompt: str


Answers = dict[Question, dict[str, str]]
"""Question -> model -> what it wrote."""


def collect(sets: Iterable[Path], runs: Iterable[Run]) -> tuple[Matchup, ...]:
    """Every two models' answers to every item that both have one to; nothing where no two have.

    Args:
        sets: prepared sets: files of JSON lines.
        runs: finished evaluations.

    Raises:
        UsageError: two evaluations are of one model's name.
        RawFileMissing, DataError: a prepared set is not there, or holds something else.
    """
    found: Answers = {}
    for path in sets:
        _read_set(path, found)
    _read_runs(runs, found)
    return tuple(matchup for question, answers in found.items() for matchup in _pairs(question, answers))


def _read_set(path: Path, found: Answers) -> None:
    if not path.is_file():
        raise RawFileMissing(str(path), "must be a file of JSON lines, but there is none", "Correct the path")
    seen: set[str] = set()
    for place, item in read_json_lines(path, PreparedItem):
        if item.id in seen:
            problem = f"every item must stand once, but {item.id} stands twice"
            raise DataError(place, problem, "Give it another id")
        seen.add(item.id)
        question = Question(item.task or path.stem, 0, None, item.id, item.prompt)
        found.setdefault(question, {}).update(item.answers)


def _read_runs(runs: Iterable[Run], found: Answers) -> None:
    names: set[str] = set()
    for run in runs:
        name = run.scores.model
        if name in names:
            problem = f"every model must have a name of its own, but two are named {name!r}"
            raise UsageError(run.folder, problem, "Evaluate one of them under another --name")
        names.add(name)
        for key, cell in run.cells.items():
            for item, outcome in cell.items():
                if outcome.finish and not outcome.choices:
                    question = Question(key.task, key.shots, key.seed, item, outcome.question)
                    # Of several prompt versions of one task, the first one is compared.
                    found.setdefault(question, {}).setdefault(name, outcome.prediction)


def _pairs(question: Question, answers: dict[str, str]) -> Iterator[Matchup]:
    for models in combinations(sorted(answers), 2):
        texts = (answers[models[0]], answers[models[1]])
        yield Matchup(
            key=sha256(msgspec.json.encode([question, models, texts])).hexdigest()[:32],
            task=question.task,
            item=question.item,
            prompt=question.prompt,
            models=models,
            answers=texts,
        )
