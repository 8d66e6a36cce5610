"""Pages as WikiExtractor writes them: `<doc id= url= title=>`, the title, an empty line, lines of text, `</doc>`."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import msgspec

from tehon.errors import BadRawFile
from tehon.formats.lines import MAX_LINE_BYTES, Line, broken, text_lines
from tehon.formats.opening import opened
from tehon.records.rows import LeftOut

CHUNK_BYTES = 1 << 20
NO_END = "page without an end"
OUTSIDE = "line outside a page"
START, END = '<doc id="', "</doc>"
_END = re.compile(rb"\n</doc>\r?(?:\n|\Z)")


class Page(msgspec.Struct, frozen=True, gc=False):
    """One page.

    Attributes:
        place: `file:line` of its start.
        id: Wikipedia's number of it.
        title: the line below its start.
        text: what stands below the title.
    """

    place: str
    id: str
    title: str
    text: str

    @property
    def lines(self) -> list[str]:
        """The lines of its text, without their ends."""
        return self.text.split("\n")


def read_pages(path: Path, where: str) -> Iterator[Page | LeftOut]:
    """Every page of a file in its order, and what is damaged between them; `where` names the file in places.

    Raises:
        BadRawFile: the file is empty or cannot be read, or a page has no end in sight.
    """
    number, offset = 1, 0
    for stretch in _stretches(path):
        page = _whole(stretch, where, number)
        if page:
            yield page
        else:
            yield from _damaged(stretch, where, number, offset)
        number += stretch.count(b"\n")
        offset += len(stretch)


def _stretches(path: Path) -> Iterator[bytes]:
    """The file cut behind every end of a page."""
    with opened(path) as stream:
        held = b""
        while chunk := stream.read(CHUNK_BYTES):
            held += chunk + stream.readline(MAX_LINE_BYTES)
            start = 0
            for end in _END.finditer(held):
                yield held[start : end.end()]
                start = end.end()
            held = held[start:]
            if len(held) > MAX_LINE_BYTES:
                problem = f"a page must have at most {MAX_LINE_BYTES} bytes, but one has more"
                raise BadRawFile(str(path), problem, "Check that WikiExtractor wrote this file")
        if held:
            yield held


def _whole(stretch: bytes, where: str, number: int) -> Page | None:
    """The page that a stretch is; None where it is anything else, or holds a damaged line."""
    try:
        text = stretch.decode()
    except UnicodeDecodeError:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    page = text.lstrip("\n")
    end = page.rfind(END)
    if not page.startswith(START) or page.find(f"\n{START}") >= 0 or end < 0 or "\0" in page:
        return None
    return _page(page[:end].removesuffix("\n"), f"{where}:{number + len(text) - len(page)}")


def _page(text: str, place: str) -> Page:
    """A page from its lines without the last."""
    head, _, inner = text.partition("\n")
    title, _, body = inner.lstrip("\n").partition("\n")
    return Page(place, head.removeprefix(START).partition('"')[0], title, body)


def _damaged(stretch: bytes, where: str, number: int, offset: int) -> Iterator[Page | LeftOut]:
    """The sound pages of a stretch, and why the others are not; what stands between pages is told of once."""
    page: list[Line] = []
    told = False
    for line in text_lines(BytesIO(stretch), where, number=number, offset=offset):
        if isinstance(line, LeftOut):
            yield line
            page, told = [], True
            continue
        text = line.text.rstrip("\r\n")
        if text.startswith(START):
            yield from _without_end(page, where)
            page, told = [line], False
        elif page and text == END:
            yield _page("\n".join(line.text.rstrip("\r\n") for line in page), f"{where}:{page[0].number}")
            page = []
        elif page:
            page.append(line)
        elif text and not told:
            yield broken(f"{where}:{line.number}", OUTSIDE, line.offset)
            told = True
    yield from _without_end(page, where)


def _without_end(page: list[Line], where: str) -> Iterator[LeftOut]:
    for line in page[:1]:
        yield broken(f"{where}:{line.number}", NO_END, line.offset)
