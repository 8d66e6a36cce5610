"""Which rows of which evaluations stand side by side: the same item under the same number of shots, of every model."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tehon.records.record import Record
from tehon.report.browse_sample import Hashes, below, bound, hash_of
from tehon.storage.items import read_items


class Source(NamedTuple):
    """One model's file of results item by item."""

    model: str
    path: Path


class Cell(Record, kw_only=True):
    """What every model was asked under one task and number of shots.

    Attributes:
        task: its name.
        template: prompt version or template name; all of them, joined by ` / `, where each model has one of its own.
        shots: number of shots.
        templates: of each model; empty for a model that was not asked.
        total: items, every draw of the shots counted.
        rows: one line an item: of each model the row in its file, or None.
    """

    task: str
    template: str
    shots: int
    templates: tuple[str, ...]
    total: int
    rows: list[tuple[int | None, ...]]


class _Key(Record, kw_only=True):
    """What tells rows apart."""

    item: str
    task: str
    template: str
    shots: int
    seed: int | None


class _Survey(NamedTuple):
    """One file in short, 12 bytes a row.

    Attributes:
        cells: task, shots and template -> its number, in the order of the file.
        cell_of: of every row the number of its cell.
        hashes: of every row's item and draw.
    """

    cells: dict[tuple[str, int, str], int]
    cell_of: NDArray[np.uint32]
    hashes: Hashes


def cells(sources: Sequence[Source], limit: int) -> tuple[Cell, ...]:
    """The cells of all models, in the order of the files; their rows together at most `limit`.

    Where there are more, those are taken whose items' hashes are lowest: the same items in every cell, whatever else
    is in the report.
    """
    surveys = [_survey(source.path) for source in sources]
    found = [
        (task, shots, templates)
        for task, shots in _places(surveys)
        for templates in _side_by_side(surveys, task, shots)
    ]
    places = [_numbers(surveys, *each) for each in found]
    everything = [_together(surveys, numbers) for numbers in places]
    lowest = bound(np.concatenate([np.zeros(0, dtype=np.uint64), *everything]), limit)
    return tuple(
        Cell(
            task=task,
            template=" / ".join(dict.fromkeys(filter(None, templates))),
            shots=shots,
            templates=templates,
            total=len(items),
            rows=list(_rows(surveys, numbers, lowest)),
        )
        for (task, shots, templates), numbers, items in zip(found, places, everything, strict=True)
    )


def _survey(path: Path) -> _Survey:
    numbers: dict[tuple[str, int, str], int] = {}
    cell_of, hashes = [], []
    for row in read_items(path, _Key):
        cell_of.append(numbers.setdefault((row.task, row.shots, row.template), len(numbers)))
        hashes.append(hash_of(row.task, row.item, row.seed))
    return _Survey(numbers, np.array(cell_of, dtype=np.uint32), np.array(hashes, dtype=np.uint64))


def _places(surveys: Sequence[_Survey]) -> dict[tuple[str, int], None]:
    """Every task and number of shots that some model was asked, in order."""
    return dict.fromkeys((task, shots) for survey in surveys for task, shots, _ in survey.cells)


def _side_by_side(surveys: Sequence[_Survey], task: str, shots: int) -> Iterator[tuple[str, ...]]:
    """Of each cell of a task and number of shots the template of every model; empty where the model was not asked.

    Models that were asked under one template each stand together, whichever it was, as they do in the paired tests.
    """
    asked = [[name for each, count, name in survey.cells if (each, count) == (task, shots)] for survey in surveys]
    if all(len(own) <= 1 for own in asked):
        yield tuple("".join(own) for own in asked)
        return
    for template in dict.fromkeys(name for own in asked for name in own):
        yield tuple(template if template in own else "" for own in asked)


def _numbers(surveys: Sequence[_Survey], task: str, shots: int, templates: Sequence[str]) -> list[int | None]:
    """Of each model its own number of a cell."""
    return [survey.cells.get((task, shots, name)) for survey, name in zip(surveys, templates, strict=True)]


def _together(surveys: Sequence[_Survey], numbers: Sequence[int | None]) -> Hashes:
    """The hashes of all items of a cell, whoever was asked."""
    return np.unique(
        np.concatenate([each.hashes[_mask(each, own)] for each, own in zip(surveys, numbers, strict=True)])
    )


def _mask(survey: _Survey, number: int | None) -> NDArray[np.bool_]:
    return survey.cell_of == number if number is not None else np.zeros(len(survey.cell_of), dtype=np.bool_)


def _rows(
    surveys: Sequence[_Survey], numbers: Sequence[int | None], lowest: int | None
) -> Iterator[tuple[int | None, ...]]:
    """The rows of each item, in the order of the first model that was asked it."""
    own = []
    for survey, number in zip(surveys, numbers, strict=True):
        places = np.flatnonzero(_mask(survey, number))
        places = places[below(survey.hashes[places], lowest)]
        own.append(dict(zip(survey.hashes[places].tolist(), places.tolist(), strict=True)))
    for key in dict.fromkeys(key for rows in own for key in rows):
        yield tuple(rows.get(key) for rows in own)
