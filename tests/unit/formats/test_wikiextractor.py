from pathlib import Path

import pytest

from tehon.errors import BadRawFile
from tehon.formats import wikiextractor
from tehon.formats.wikiextractor import NO_END, OUTSIDE, Page, read_pages
from tehon.records.rows import LeftOut

TOWER = '<doc id="1">\n塔\n\n高い。\n</doc>\n'.encode()
RIVER = '<doc id="2">\n川\n\n長い。\n</doc>\n'.encode()


def pages(folder: Path, data: str | bytes) -> list[Page | LeftOut]:
    path = folder / "wiki_00"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(read_pages(path, "AA/wiki_00"))


def damaged(line: int, offset: int, reason: str) -> LeftOut:
    return LeftOut(place=f"AA/wiki_00:{line}", reason=reason, damaged=True, byte_offset=offset)


def test_a_page_has_its_number_title_and_lines(tmp_path: Path) -> None:
    text = '<doc id="7" url="u" title="&quot;塔&quot;">\n塔\n\n一行目\n\n二行目\n\n</doc>\n'
    (page,) = pages(tmp_path, text)
    assert page == Page("AA/wiki_00:1", "7", "塔", "\n一行目\n\n二行目\n")
    assert page.lines == ["", "一行目", "", "二行目", ""]


@pytest.mark.parametrize("chunk_bytes", [1, 7, 40, 1 << 20])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_pages_are_the_same_however_the_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk_bytes: int, end: str
) -> None:
    monkeypatch.setattr(wikiextractor, "CHUNK_BYTES", chunk_bytes)
    text = '\ufeff<doc id="1">\n塔\n\n</doc> は終わり\n</doc>\n\n\n<doc id="2">\n\n</doc>\n<doc id="3">\n海\n</doc>'
    assert pages(tmp_path, text.replace("\n", end)) == [
        Page("AA/wiki_00:1", "1", "塔", "\n</doc> は終わり"),
        Page("AA/wiki_00:8", "2", "", ""),
        Page("AA/wiki_00:11", "3", "海", ""),
    ]


def test_pages_without_an_end_and_lines_outside_are_damaged_and_the_rest_is_read(tmp_path: Path) -> None:
    text = 'x\ny\n<doc id="1">\n塔\n<doc id="2">\n川\n水\n</doc>\nz\n\n<doc id="3">\n山'
    assert pages(tmp_path, text) == [
        damaged(1, 0, OUTSIDE),
        damaged(3, 4, NO_END),
        Page("AA/wiki_00:5", "2", "川", "水"),
        damaged(9, 49, OUTSIDE),
        damaged(11, 52, NO_END),
    ]


@pytest.mark.parametrize(("bad", "reason"), [(b"\xff", "not UTF-8"), (b"\0", "NUL byte in a line of text")])
def test_a_line_that_is_no_text_takes_its_page_along_and_no_other(tmp_path: Path, bad: bytes, reason: str) -> None:
    spoilt = TOWER.replace("高".encode(), bad)
    assert pages(tmp_path, TOWER + spoilt + RIVER) == [
        Page("AA/wiki_00:1", "1", "塔", "\n高い。"),
        damaged(9, len(TOWER) + len('<doc id="1">\n塔\n\n'.encode()), reason),
        Page("AA/wiki_00:11", "2", "川", "\n長い。"),
    ]


def test_a_page_without_an_end_in_sight_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wikiextractor, "MAX_LINE_BYTES", 1000)
    monkeypatch.setattr(wikiextractor, "CHUNK_BYTES", 100)
    with pytest.raises(BadRawFile, match="a page must have at most 1000 bytes"):
        pages(tmp_path, '<doc id="1">\n塔\n' + "行\n" * 400)
