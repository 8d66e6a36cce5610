"""Who left what out and why: for every source and step, read = kept + dropped."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from tehon.errors import DataError, EmptyData
from tehon.records.corpus import Drop, Example
from tehon.records.release import LedgerLine

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

    def read(self, source: str, rows: Iterable[Example | Drop]) -> Iterator[Example]:
        """The examples that the first step gives; every row, example or drop, was read."""
        column = self._columns[source, "read"] = _Column()
        return self._passed(column, column.count(rows))

    def through(
        self,
        source: str,
        step: str,
        examples: Iterable[Example],
        function: Callable[[Iterable[Example]], Iterator[Example | Drop]],
    ) -> Iterator[Example]:
        """The examples that a step keeps."""
        column = self._columns[source, step] = _Column()
        return self._passed(column, function(column.count(examples)))

    def finish(self, source: str, given: int, where: object) -> None:
        """Note the copies among the examples that a source gave, and see that it is the corpus it should be.

        Args:
            source: whose last example has passed.
            given: examples after the last step, copies included.
            where: its files, for the message.

        Raises:
            EmptyData: the first step gave no example.
        """
        first, *_, last = [column for (name, _), column in self._columns.items() if name == source]
        if given > last.kept:
            last.note = f"and {given - last.kept:,} copies by weight"
        if not first.kept:
            most = ", ".join(f"{reason} ({count:,})" for reason, count in first.dropped.most_common(3)) or "no rows"
            problem = f"must give examples of {source}, but gives none: {most}"
            raise EmptyData(str(where), problem, "Check that these are the right files")

    def lines(self) -> tuple[LedgerLine, ...]:
        """The whole ledger.

        Raises:
            DataError: rows were lost or made up on the way; that is a defect of a step.
        """
        lines = [
            LedgerLine(
                source=source, step=step, read=column.read, kept=column.kept,
                dropped=dict(sorted(column.dropped.items())), note=column.note,
            )
            for (source, step), column in self._columns.items()
        ]  # fmt: skip
        check(lines)
        return tuple(lines)

    def _passed(self, column: "_Column", rows: Iterable[Example | Drop]) -> Iterator[Example]:
        for row in rows:
            if isinstance(row, Drop):
                column.dropped[row.reason] += 1
                self._note(row)
            else:
                column.kept += 1
                yield row


class _Column:
    def __init__(self) -> None:
        self.read = 0
        self.kept = 0
        self.dropped: Counter[str] = Counter()
        self.note = ""

    def count(self, rows: Iterable[T]) -> Iterator[T]:
        for row in rows:
            self.read += 1
            yield row


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
