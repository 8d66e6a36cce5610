"""Tab-separated text without a header line: a fixed number of columns, quotes either text or as pandas reads them.

Quotes as pandas reads them by default: one that opens a cell encloses everything up to the next, tabs and line ends
included, so that a stray quote merges lines until another one comes. Elsewhere in a cell a quote is text.
"""

from collections.abc import Iterable, Iterator

from tehon.errors import BadRawFile
from tehon.formats.lines import MAX_LINE_BYTES, decoded
from tehon.records.rows import LeftOut

Record = tuple[int, list[str]]
"""The line that a row starts on, from 1, and its cells."""


def read_columns(
    lines: Iterable[bytes], where: str, fewest: int, most: int, *, quoted: bool
) -> Iterator[tuple[str, list[str]] | LeftOut]:
    """Every row of UTF-8 lines as its place (`file:line`) and its cells, or why it has too few or too many.

    Args:
        lines: of the file, with their ends.
        where: the file's name for messages.
        fewest: cells that a row must have.
        most: cells that it may have.
        quoted: quotes enclose cells, as pandas reads them by default; where not, they are text like any other.

    Raises:
        BadRawFile: the text is not UTF-8, or a quote is never closed.
    """
    text = decoded(lines, where, "utf-8")
    for number, cells in _quoted(text, where) if quoted else _plain(text):
        place = f"{where}:{number}"
        if cells == [""]:
            yield LeftOut(place=place, reason="empty row")
        elif len(cells) < fewest:
            yield LeftOut(place=place, reason="fewer cells than columns")
        elif len(cells) > most:
            yield LeftOut(place=place, reason="more cells than columns")
        else:
            yield place, cells


def _plain(text: Iterable[str]) -> Iterator[Record]:
    for number, line in enumerate(text, start=1):
        yield number, line.rstrip("\r\n").split("\t")


def _quoted(text: Iterable[str], where: str) -> Iterator[Record]:
    """The rows of lines that quotes may merge."""
    row = _Row(where)
    for number, line in enumerate(text, start=1):
        if not row.inside and '"' not in line:
            yield number, line.rstrip("\r\n").split("\t")
            continue
        if not row.inside:
            row = _Row(f"{where}:{number}")
            start = number
        row.take(line)
        if not row.inside:
            yield start, row.cells
    if row.inside:
        raise row.unclosed("the end of the file")


class _Row:
    """One row that grows line by line while it is inside a quoted cell."""

    def __init__(self, where: str) -> None:
        self.cells: list[str] = []
        self.inside = False
        self._where = where
        self._cell: list[str] = []
        self._length = 0

    def take(self, line: str) -> None:
        self._length += len(line)
        if self._length > MAX_LINE_BYTES:
            raise self.unclosed("a cell is as long as a file")
        place = 0
        while True:
            if self.inside:
                place = self._enclosed(line, place)
                if self.inside:
                    return
            elif not self._cell and line.startswith('"', place):
                self.inside, place = True, place + 1
                self._cell.append("")
                continue
            tab = line.find("\t", place)
            self._cell.append(line[place:] if tab < 0 else line[place:tab])
            if tab < 0:
                self._cell[-1] = self._cell[-1].rstrip("\r\n")
            self.cells.append("".join(self._cell))
            self._cell = []
            if tab < 0:
                return
            place = tab + 1

    def unclosed(self, found: str) -> BadRawFile:
        problem = f"must close the quote that it opens, but {found} comes first"
        return BadRawFile(self._where, problem, "Read it with rendering = fixed, where quotes are text")

    def _enclosed(self, line: str, place: int) -> int:
        """Take what stands before the closing quote; doubled quotes are one. Returns where to go on."""
        while True:
            end = line.find('"', place)
            if end < 0:
                self._cell.append(line[place:])
                return len(line)
            self._cell.append(line[place:end])
            if not line.startswith('""', end):
                self.inside = False
                return end + 1
            self._cell.append('"')
            place = end + 2
