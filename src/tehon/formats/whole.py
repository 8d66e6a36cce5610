"""Rows of which every one counts: evaluation has no gaps, so what a source would leave out and count is an error."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from tehon.errors import BadRawFile
from tehon.records.rows import LeftOut

T = TypeVar("T")


def whole(rows: Iterable[T | LeftOut], file: Path) -> Iterator[T]:
    """The same rows without blank ones.

    Raises:
        BadRawFile: a row is damaged; the message says which.
    """
    for row in rows:
        if not isinstance(row, LeftOut):
            yield row
        elif row.damaged:
            problem = f"every row must be an item, but this one is not: {row.reason}"
            raise BadRawFile(f"{file.parent / row.place}", problem, "Fetch the file again")
