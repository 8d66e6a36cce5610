"""CSV and TSV with a header line, in a declared encoding.

A stray quote would enclose the rest of a file. So a row that does not end in sight, or that ends on another line with
another width than the header's, is damaged, and reading goes on with the line below its first. A row that ends in sight
with the header's width is a row, as CSV has it.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from tehon.errors import BadRawFile
from tehon.formats.lines import Line, broken, text_lines
from tehon.formats.quotes import QuotedRow
from tehon.records.rows import LeftOut

Delimiter = Literal[",", "\t"]
Found = tuple[Line, list[str] | str] | LeftOut
"""A row's first line with its cells, or with why it has none; or a line that is no text."""
MAX_CELL_LINES = 100
"""Lines that one row may have; the longest of the real corpora, one of ELYZA-tasks-100, has 40."""
UNCLOSED = "quote without an end"
STRAY = "text behind a closing quote"
TOO_FEW = "fewer cells than the header"
TOO_MANY = "more cells than the header"
MERGED = "quote that merges lines"


def read_delimited(
    lines: Iterable[bytes],
    where: str,
    delimiter: Delimiter,
    *,
    quoted: bool,
    columns: Sequence[str] = (),
    encoding: str = "utf-8",
) -> Iterator[tuple[str, dict[str, str]] | LeftOut]:
    """Every row as its place (`file:line`) and its cells by column name, or why it cannot be one.

    Args:
        lines: of the file, with their ends.
        where: the file's name for messages.
        delimiter: between cells.
        quoted: double quotes enclose cells; where not, they are text like any other.
        columns: that the header must name.
        encoding: of the text, one in which a line feed is one byte.

    Raises:
        BadRawFile: there is no header, or it lacks a column.
    """
    rows = _rows(_Lines(text_lines(lines, where, encoding)), delimiter, quoted=quoted)
    header = _header(next(rows, None), where, columns)
    for row in rows:
        if isinstance(row, LeftOut):
            yield row
            continue
        line, cells = row
        place = f"{where}:{line.number}"
        if isinstance(cells, str):
            yield broken(place, cells, line.offset)
        elif cells == [""] and len(header) > 1:
            yield LeftOut(place=place, reason="empty row")
        elif len(cells) != len(header):
            yield broken(place, TOO_MANY if len(cells) > len(header) else TOO_FEW, line.offset)
        else:
            yield place, dict(zip(header, cells, strict=True))


class _Lines:
    """Lines that can be given back."""

    def __init__(self, lines: Iterator[Line | LeftOut]) -> None:
        self._lines = lines
        self._again: deque[Line | LeftOut] = deque()

    def __iter__(self) -> Iterator[Line | LeftOut]:
        return self

    def __next__(self) -> Line | LeftOut:
        return self._again.popleft() if self._again else next(self._lines)

    def give_back(self, lines: list[Line | LeftOut]) -> None:
        self._again.extendleft(reversed(lines))


def _rows(text: _Lines, delimiter: Delimiter, *, quoted: bool) -> Iterator[Found]:
    """Every row, the header first."""
    width = 0
    for line in text:
        if isinstance(line, LeftOut):
            yield line
            continue
        if quoted and '"' in line.text:
            cells = _quoted(line, text, delimiter, width)
        else:
            cells = line.text.rstrip("\r\n").split(delimiter)
        width = width or len(cells)
        yield line, cells


def _quoted(first: Line, text: _Lines, delimiter: Delimiter, width: int) -> list[str] | str:
    """The cells of the row that starts with this line, or why it has none; what it does not use is given back."""
    row = QuotedRow(delimiter)
    row.take(first.text)
    taken: list[Line | LeftOut] = []
    while row.inside and len(taken) < MAX_CELL_LINES - 1:
        line = next(text, None)
        if line is None:
            break
        taken.append(line)
        if isinstance(line, LeftOut):
            break
        row.take(line.text)
    reason = UNCLOSED if row.inside else STRAY if row.stray else ""
    if taken and not reason and len(row.cells) != (width or len(row.cells)):
        reason = MERGED
    if reason:
        text.give_back(taken)
    return reason or row.cells


def _header(row: Found | None, where: str, columns: Sequence[str]) -> list[str]:
    if row is None:
        problem = "it is empty"
    elif isinstance(row, LeftOut):
        problem = f"the first is {row.reason}"
    elif isinstance(row[1], str) or not any(row[1]):
        problem = f"the first is {row[1] if isinstance(row[1], str) else 'blank'}"
    elif missing := [column for column in columns if column not in row[1]]:
        problem = f"the first lacks the column {missing[0]}"
    else:
        return row[1]
    raise BadRawFile(where, f"must start with a header line, but {problem}", "Fetch the file again")
