"""Tab-separated text without a header line: a fixed number of columns, quotes either text or as pandas reads them.

Quotes as pandas reads them by default: one that opens a cell encloses everything up to the next, tabs and line ends
included, so that a stray quote merges lines until another one comes. Elsewhere in a cell a quote is text.
"""

from collections.abc import Iterable, Iterator

from tehon.errors import BadRawFile
from tehon.formats.lines import MAX_LINE_BYTES, Line, broken, text_lines
from tehon.formats.quotes import QuotedRow
from tehon.records.rows import LeftOut

Cells = tuple[Line, list[str]]
"""The line that a row starts on, and its cells."""


def read_columns(
    lines: Iterable[bytes], where: str, fewest: int, most: int, *, quoted: bool
) -> Iterator[tuple[str, list[str]] | LeftOut]:
    """Every row of UTF-8 lines as its place (`file:line`) and its cells, or why it cannot be one.

    Args:
        lines: of the file, with their ends.
        where: the file's name for messages.
        fewest: cells that a row must have.
        most: cells that it may have.
        quoted: quotes enclose cells, as pandas reads them by default; where not, they are text like any other.

    Raises:
        BadRawFile: a quote is never closed.
    """
    text = text_lines(lines, where)
    for row in _quoted(text, where) if quoted else _plain(text):
        if isinstance(row, LeftOut):
            yield row
            continue
        line, cells = row
        place = f"{where}:{line.number}"
        if cells == [""]:
            yield LeftOut(place=place, reason="empty row")
        elif len(cells) < fewest:
            yield broken(place, "fewer cells than columns", line.offset)
        elif len(cells) > most:
            yield broken(place, "more cells than columns", line.offset)
        else:
            yield place, cells


def _plain(text: Iterable[Line | LeftOut]) -> Iterator[Cells | LeftOut]:
    for line in text:
        yield line if isinstance(line, LeftOut) else (line, line.text.rstrip("\r\n").split("\t"))


def _quoted(text: Iterable[Line | LeftOut], where: str) -> Iterator[Cells | LeftOut]:
    """The rows of lines that quotes may merge."""
    first, row = Line(0, 0, ""), QuotedRow("\t")
    for line in text:
        if isinstance(line, LeftOut):
            yield line
            continue
        if not row.inside:
            if '"' not in line.text:
                yield line, line.text.rstrip("\r\n").split("\t")
                continue
            first, row = line, QuotedRow("\t")
        row.take(line.text)
        if row.length > MAX_LINE_BYTES:
            raise _unclosed(f"{where}:{first.number}", "a cell is as long as a file")
        if not row.inside:
            yield first, row.cells
    if row.inside:
        raise _unclosed(f"{where}:{first.number}", "the end of the file")


def _unclosed(place: str, found: str) -> BadRawFile:
    problem = f"must close the quote that it opens, but {found} comes first"
    return BadRawFile(place, problem, "Read it with rendering = fixed, where quotes are text")
