"""Aozora Bunko's text layout: a heading, a block about the marks between two rulers, the work, its colophon.

吾輩は猫である          title, then subtitles, author, translators, up to an empty line
夏目漱石

-------…               the block, which short works lack
【テキスト中に現れる記号について】
-------…

｜書生《しょせい》……    ruby, and notes such as ［＃ここから２字下げ］ and ※［＃「口＋皐」、第4水準2-4-33］

底本：「…」             the colophon, to the end
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

RULER = "-" * 46
COLOPHON = ("底本：", "底本:")
UNKNOWN_LETTER = "〓"
"""The printer's mark for a letter that is not at hand."""
CELLS = 94
"""Rows of a plane of JIS X 0213, and cells of a row."""
MAX_HEADING = 12
"""Lines; a longer one is a file without a heading."""
_LETTER_NOTE = re.compile(r"※［＃([^［］]*)］")
_UNICODE = re.compile(r"U\+([0-9A-F]{4,5})")
_JIS = re.compile(r"([12])-(\d{1,2})-(\d{1,2})$")
_NOTE = re.compile(r"［＃[^［］]*］")
_RUBY = re.compile(r"《[^《》]*》|｜")
_OTHERS = ("訳", "訳者", "編", "校訂", "作詞", "作曲")


class Work(NamedTuple):
    """One work.

    Attributes:
        title: with its subtitle, if it has one, behind a full-width space.
        author: as the heading names them.
        paragraphs: of the body, not empty, without markup, headings and indentation; read as they are asked for.
    """

    title: str
    author: str
    paragraphs: Iterator[str]


def read_work(lines: Iterable[str]) -> Work | None:
    """The work that a text file holds; None where no title and author stand at its head."""
    rest = iter(lines)
    heading: list[str] = []
    for line in rest:
        if not line.strip():
            break
        heading.append(plain(line))
    named = [line for line in heading[1:] if line and not line.endswith(_OTHERS)]
    if not named or not heading[0] or len(heading) > MAX_HEADING:
        return None
    return Work("　".join((heading[0], *named[:-1])), named[-1], _paragraphs(rest))


def plain(line: str) -> str:
    """A line without ruby, notes and indentation; letters that a note describes are put in where they have a code."""
    return _RUBY.sub("", _NOTE.sub("", _LETTER_NOTE.sub(_letter, line))).strip()


def _paragraphs(lines: Iterator[str]) -> Iterator[str]:
    first = next((line for line in lines if line.strip()), "")
    if first.startswith(RULER):
        for line in lines:
            if line.startswith(RULER):
                break
    else:
        lines = chain([first], lines)
    for line in lines:
        if line.startswith(COLOPHON):
            return
        text = plain(line)
        if text and "見出し］" not in line:
            yield text


def _letter(note: re.Match[str]) -> str:
    said = note[1]
    if code := _UNICODE.search(said):
        return chr(int(code[1], 16))
    for piece in said.split("、"):
        if place := _JIS.search(piece):
            plane, row, cell = map(int, place.groups())
            return _jis_letter(plane, row, cell)
    return UNKNOWN_LETTER


def _jis_letter(plane: int, row: int, cell: int) -> str:
    """The letter at a place of JIS X 0213."""
    if not (1 <= row <= CELLS and 1 <= cell <= CELLS):
        return UNKNOWN_LETTER
    code = (b"\x8f" if plane == 2 else b"") + bytes((0xA0 + row, 0xA0 + cell))  # noqa: PLR2004
    letter = code.decode("euc_jis_2004", "replace")
    return UNKNOWN_LETTER if "\ufffd" in letter else letter
