"""What a page holds for its script: blocks of JSON, compressed, in an alphabet that no markup can be made of.

A block is decoded when something in it is looked at. What decides which rows are looked at stands apart, as numbers: a
filter over all rows needs no text.
"""

import sys
from array import array
from base64 import b64encode
from collections.abc import Mapping, Sequence
from zlib import compress

import msgspec

from tehon.records.record import Record

BLOCK_ROWS = 250
BLOCK_BYTES = 1 << 18
"""A block ends with so many rows, or so many bytes of JSON, so that a screen of rows from anywhere is there at once."""
LEVEL = 6
"""Of deflate: the highest takes twice the time and saves three parts of a hundred."""
NONE = 0xFFFF
"""Stands in a column for no value, and for a label beyond the 65,534 that a column can tell apart."""


class Facet(Record, kw_only=True):
    """A column of the rows that can be filtered by.

    Attributes:
        name: in the page's address.
        title: for people.
        labels: what its numbers stand for.
        titles: the same for people; empty where labels say it.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    titles: tuple[str, ...] = ()


class Browser(Record, kw_only=True):
    """One list of a page, ready to be printed.

    Attributes:
        kind: `items`, `examples` or `drops`; names its section.
        shown: rows that it holds.
        total: rows that there are.
        blocks: what the script decodes: the head, the numbers, then the rows' texts.
    """

    kind: str
    shown: int
    total: int
    blocks: tuple[str, ...]


class Labels:
    """Texts numbered in the order in which they are first met."""

    def __init__(self) -> None:
        """None yet."""
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, label: str) -> int:
        """The label's number; NONE where a column has no room for it."""
        return min(self._numbers.setdefault(label, len(self._numbers)), NONE)

    @property
    def labels(self) -> tuple[str, ...]:
        """All of them, in the order of their numbers."""
        return tuple(self._numbers)[:NONE]


class Packer:
    """Takes rows one by one; holds one block's rows, everything before that compressed.

    Args:
        columns: numbers that every row has.
    """

    def __init__(self, columns: int) -> None:
        """Hold nothing yet."""
        self._columns = [array("H") for _ in range(columns)]
        self._blocks: list[str] = []
        self._starts: list[int] = []
        self._rows: list[msgspec.Raw] = []
        self._strings = Labels()
        self._size = 0
        self.count = 0

    def shared(self, text: str) -> int:
        """The number of a text that other rows of the block may have, too."""
        known = len(self._strings)
        number = self._strings.number(text)
        self._size += len(text.encode()) if len(self._strings) > known else 0
        return number

    def add(self, row: Record, numbers: Sequence[int]) -> None:
        """Take in one row.

        Args:
            row: its texts; what they share with other rows as given out by `shared` since the row before.
            numbers: one a column.
        """
        if not self._rows:
            self._starts.append(self.count)
        for column, number in zip(self._columns, numbers, strict=True):
            column.append(number)
        self._rows.append(msgspec.Raw(msgspec.json.encode(row)))
        self._size += len(self._rows[-1])
        self.count += 1
        if len(self._rows) == BLOCK_ROWS or self._size >= BLOCK_BYTES:
            self._close()

    def _close(self) -> None:
        if self._rows:
            self._blocks.append(packed(msgspec.json.encode({"strings": self._strings.labels, "rows": self._rows})))
        self._rows, self._strings, self._size = [], Labels(), 0

    def finish(self, kind: str, total: int, facets: Sequence[Facet], head: Mapping[str, object]) -> Browser:
        """The whole list.

        Args:
            kind: names its section.
            total: rows that there are.
            facets: of the first columns, in their order.
            head: what else the script must know.
        """
        self._close()
        told = {"count": self.count, "starts": self._starts, "facets": facets, **head}
        numbers = packed(b"".join(map(_little, self._columns)))
        blocks = (packed(msgspec.json.encode(told)), numbers, *self._blocks)
        return Browser(kind=kind, shown=self.count, total=total, blocks=blocks)


def packed(content: bytes) -> str:
    """Bytes as zlib and base64: letters, digits, `+`, `/` and `=`, which end no script element."""
    return b64encode(compress(content, LEVEL)).decode("ascii")


def _little(column: "array[int]") -> bytes:
    """The column's bytes, the lower one of each number first, whatever the machine."""
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()
