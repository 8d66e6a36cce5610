"""Pages as WikiExtractor writes them: `<doc id= url= title=>`, the title, an empty line, lines of text, `</doc>`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tehon.formats.lines import decoded, file_lines
from tehon.records.rows import LeftOut

KEPT_LINES = 1000
"""Of a page; the rest is passed over, so that memory stays small."""
_START = re.compile(r'<doc id="([^"]*)"')
END = "</doc>"


class Page(NamedTuple):
    """One page.

    Attributes:
        place: `file:line` of its start.
        id: Wikipedia's number of it.
        title: the line below its start.
        lines: of its text below the title, without their ends.
    """

    place: str
    id: str
    title: str
    lines: list[str]


def read_pages(path: Path, where: str) -> Iterator[Page | LeftOut]:
    """Every page of a file in its order; `where` names the file in places.

    Raises:
        BadRawFile: the file is not UTF-8.
    """
    page: Page | None = None
    title = ""
    lines: list[str] = []
    for number, line in enumerate(decoded(file_lines(path), where, "utf-8"), start=1):
        text = line.rstrip("\r\n")
        if started := _START.match(text):
            if page:
                yield LeftOut(place=page.place, reason="page without an end")
            page, title, lines = Page(f"{where}:{number}", started[1], "", []), "", []
        elif page is None:
            if text:
                yield LeftOut(place=f"{where}:{number}", reason="line outside a page")
        elif text == END:
            yield page._replace(title=title, lines=lines)
            page = None
        elif not title:
            title = text
        elif len(lines) < KEPT_LINES:
            lines.append(text)
    if page:
        yield LeftOut(place=page.place, reason="page without an end")
