"""CSV and TSV with a header line, in a declared encoding."""

import csv
from collections.abc import Iterable, Iterator
from typing import Literal

from tehon.errors import BadRawFile
from tehon.formats.lines import decoded
from tehon.records.rows import LeftOut

Delimiter = Literal[",", "\t"]


def read_delimited(
    lines: Iterable[bytes], where: str, delimiter: Delimiter, *, quoted: bool, encoding: str = "utf-8"
) -> Iterator[tuple[str, dict[str, str]] | LeftOut]:
    """Every row as its place (`file:line`) and its cells by column name; a short row lacks its last cells.

    Args:
        lines: of the file, with their ends.
        where: the file's name for messages.
        delimiter: between cells.
        quoted: double quotes enclose cells; where not, they are text like any other.
        encoding: of the text, one in which a line feed is one byte.

    Raises:
        BadRawFile: the text is not in this encoding, there is no header, or a quote is never closed.
    """
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    text = decoded(lines, where, encoding)
    rows = csv.reader(text, delimiter=delimiter, quoting=quoting, strict=True)
    try:
        header = next(rows, None)
        if not header:
            raise BadRawFile(where, "must start with a header line, but is empty", "Fetch the file again")
        start = rows.line_num + 1
        for cells in rows:
            place, start = f"{where}:{start}", rows.line_num + 1
            if len(cells) > len(header):
                yield LeftOut(place=place, reason="more cells than the header")
            else:
                yield place, dict(zip(header, cells, strict=False))
    except csv.Error as error:
        problem = f"must be delimited text, but {error}"
        raise BadRawFile(f"{where}:{rows.line_num}", problem, "Correct that line, or fetch the file again") from error
