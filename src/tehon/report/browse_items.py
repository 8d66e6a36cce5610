"""Every item with what all models made of it, packed for the page."""

from collections.abc import Iterator, Sequence

from tehon.progress import Progress, silent
from tehon.records.record import Record
from tehon.records.reporting import ModelColumn, Report
from tehon.report.browse_cells import Cell, Source, cells
from tehon.report.browse_line import line, right, said
from tehon.report.browse_pack import BLOCK_ROWS, NONE, Browser, Facet, Labels, Packer
from tehon.report.browse_rows import Rows, Shown
from tehon.report.wording import task_title

MOST = 100_000
"""Items that a page holds unless told otherwise."""
ASKED, JUDGED, RIGHT, CUT, CONSTANT = 1, 2, 4, 8, 16
"""What a number says of a model and an item: it was asked, its answer is judged, and right; its prompt lost something;
it says the same to every item of the cell."""
UNMATCHED = "(none of them)"
"""Labels an answer that is none of the choices, as it does in the scores."""


class Model(Record, kw_only=True):
    """A model, and the place of its base among the models, where that stands in the report."""

    name: str
    role: str
    base: int | None


def items(report: Report, sources: Sequence[Source], limit: int = MOST, progress: Progress = silent) -> Browser:
    """The items of a report's models.

    Args:
        report: whose models they are.
        sources: their results, in its order.
        limit: a page holds so many rows at most.
        progress: listens.

    Raises:
        Damaged: results cannot be read.
    """
    found = cells(sources, limit)
    writer = _Writer(report, sources)
    with progress("browse", sum(len(cell.rows) for cell in found), "items") as advance:
        for cell in found:
            for count in writer.write(cell):
                advance(count, cell.task)
    return writer.finish(sum(cell.total for cell in found))


def _models(columns: Sequence[ModelColumn]) -> tuple[Model, ...]:
    bases = {column.base: place for place, column in reversed(list(enumerate(columns))) if column.role == "base"}
    return tuple(
        Model(name=column.model, role=column.role, base=bases.get(column.base) if column.role == "tuned" else None)
        for column in columns
    )


class _Writer:
    """Packs cell after cell.

    Args:
        report: says which choices are classes, and who always says the same.
        sources: the models' results.
    """

    def __init__(self, report: Report, sources: Sequence[Source]) -> None:
        self._models = _models(report.models)
        self._rows = [Rows(source.path) for source in sources]
        self._words = {
            (score.task, score.template, score.shots): tuple(word for word in score.histogram if word != UNMATCHED)
            for model in report.models
            for score in model.scores
            if score.histogram
        }
        self._constant = {
            (place, score.task, score.template, score.shots)
            for place, model in enumerate(report.models)
            for score in model.scores
            if "constant" in score.flags
        }
        self._facets = {name: Labels() for name in ("task", "template", "shots", "answer")}
        self._packer = Packer(4 + 2 * len(sources))

    def write(self, cell: Cell) -> Iterator[int]:
        """Pack a cell; yields how many items were packed at a time."""
        for start in range(0, len(cell.rows), BLOCK_ROWS):
            block = cell.rows[start : start + BLOCK_ROWS]
            columns = []
            for rows, numbers in zip(self._rows, zip(*block, strict=True), strict=True):
                taken = iter(rows.take([number for number in numbers if number is not None]))
                columns.append([None if number is None else next(taken) for number in numbers])
            for shown in zip(*columns, strict=True):
                self._add(cell, shown)
            yield len(block)

    def _add(self, cell: Cell, shown: tuple[Shown | None, ...]) -> None:
        first = next(row for row in shown if row is not None)
        names = {"task": cell.task, "template": cell.template, "shots": str(cell.shots)}
        numbers = [self._facets[name].number(value) for name, value in names.items()]
        numbers.append(self._label(cell, first, first.gold))
        for place, row in enumerate(shown):
            numbers += (NONE, 0) if row is None else (self._label(cell, row, said(row)), self._state(cell, place, row))
        self._packer.add(line(cell, shown, self._packer.shared), numbers)

    def _label(self, cell: Cell, row: Shown, answer: str) -> int:
        """The number of an answer as a class, or as the place of the choice where every item has choices of its own."""
        if not row.choices or row.skipped:
            return NONE
        if answer not in row.choices:
            return self._facets["answer"].number(UNMATCHED)
        shared = any(self._words.get((cell.task, name, cell.shots)) == row.choices for name in cell.templates)
        return self._facets["answer"].number(answer if shared else f"choice {row.choices.index(answer) + 1}")

    def _state(self, cell: Cell, place: int, row: Shown) -> int:
        correct = right(row)
        constant = (place, cell.task, cell.templates[place], cell.shots) in self._constant
        told = {
            ASKED: not row.skipped,
            JUDGED: correct is not None,
            RIGHT: bool(correct),
            CUT: bool(row.truncated or row.dropped_shots or row.skipped),
            CONSTANT: constant and not row.skipped,
        }
        return sum(bit for bit, true in told.items() if true)

    def finish(self, total: int) -> Browser:
        """The whole list, of `total` items."""
        titles = {"task": "Task", "template": "Template", "shots": "Shots", "answer": "Right answer"}
        facets = [
            Facet(
                name="gold" if name == "answer" else name,
                title=title,
                labels=(labels := self._facets[name].labels),
                titles=tuple(map(task_title, labels)) if name == "task" else (),
            )
            for name, title in titles.items()
        ]
        return self._packer.finish("items", total, facets, {"models": self._models})
