"""Who left what out and why: for every source and step, read = kept + dropped."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from msgspec.structs import replace

from tehon.errors import DataError
from tehon.records.corpus import Drop
from tehon.records.release import LedgerLine
from tehon.records.step import Content

T = TypeVar("T")


class Ledger:
    """Watches examples pass from step to step.

    Args:
        note: told of every drop, in order.
    """

    def __init__(self, note: Callable[[Drop], object]) -> None:
        """Nothing has passed yet."""
        self._note = note
        self._columns: dict[tuple[str, str], _Column] = {}

    def read(self, source: str, rows: Iterable[Content | Drop]) -> Iterator[Content]:
        """The examples that the first step gives; every row, example or drop, was read."""
        column = self._columns[source, "read"] = _Column()
        return self._passed(column, column.count(rows))

    def through(
        self,
        source: str,
        step: str,
        examples: Iterable[Content],
        function: Callable[[Iterable[Content]], Iterator[Content | Drop]],
    ) -> Iterator[Content]:
        """The examples that a step keeps."""
        column = self._columns[source, step] = _Column()
        return self._passed(column, function(column.count(examples)))

    def lines(self) -> tuple[LedgerLine, ...]:
        """The whole ledger.

        Raises:
            DataError: rows were lost or made up on the way; that is a defect of a step.
        """
        lines = [
            LedgerLine(
                source=source, step=step, read=column.read, kept=column.kept,
                dropped=dict(sorted(column.dropped.items())), damaged=column.damaged,
            )
            for (source, step), column in self._columns.items()
        ]  # fmt: skip
        check(lines)
        return tuple(lines)

    def _passed(self, column: "_Column", rows: Iterable[Content | Drop]) -> Iterator[Content]:
        for row in rows:
            if isinstance(row, Drop):
                column.dropped[row.reason] += 1
                column.damaged += row.damaged
                self._note(row)
            else:
                column.kept += 1
                yield row


class _Column:
    def __init__(self) -> None:
        self.read = 0
        self.kept = 0
        self.dropped: Counter[str] = Counter()
        self.damaged = 0

    def count(self, rows: Iterable[T]) -> Iterator[T]:
        for row in rows:
            self.read += 1
            yield row


def merged(lines: Iterable[LedgerLine]) -> list[LedgerLine]:
    """One line for each source and step, the lines of a source's pieces added up; sources keep their order."""
    sums: dict[str, dict[str, LedgerLine]] = {}
    for line in lines:
        steps = sums.setdefault(line.source, {})
        steps[line.step] = _sum(steps[line.step], line) if line.step in steps else line
    return [line for steps in sums.values() for line in steps.values()]


def _sum(one: LedgerLine, other: LedgerLine) -> LedgerLine:
    dropped = Counter(one.dropped) + Counter(other.dropped)
    return replace(
        one,
        read=one.read + other.read,
        kept=one.kept + other.kept,
        dropped=dict(sorted(dropped.items())),
        damaged=one.damaged + other.damaged,
    )


def check(lines: Iterable[LedgerLine]) -> None:
    """See that every step kept or dropped what it read, and read what the step before it kept.

    Raises:
        DataError: one did not.
    """
    before: LedgerLine | None = None
    for line in lines:
        where = f"{line.source}, step {line.step}"
        out = line.kept + sum(line.dropped.values())
        if line.read != out:
            raise DataError(where, f"read {line.read} rows, but kept or dropped {out}", "Report this defect")
        if before and before.source == line.source and before.kept != line.read:
            problem = f"must read the {before.kept} rows that {before.step} kept, but read {line.read}"
            raise DataError(where, problem, "Report this defect")
        before = line
