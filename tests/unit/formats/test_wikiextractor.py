from pathlib import Path

from tehon.formats.wikiextractor import KEPT_LINES, Page, read_pages
from tehon.records.rows import LeftOut


def pages(folder: Path, text: str) -> list[Page | LeftOut]:
    path = folder / "wiki_00"
    path.write_text(text, "utf-8")
    return list(read_pages(path, "AA/wiki_00"))


def test_a_page_has_its_number_title_and_lines(tmp_path: Path) -> None:
    text = '<doc id="7" url="u" title="&quot;塔&quot;">\n塔\n\n一行目\n\n二行目\n\n</doc>\n'
    assert pages(tmp_path, text) == [Page("AA/wiki_00:1", "7", "塔", ["", "一行目", "", "二行目", ""])]


def test_pages_without_an_end_and_lines_outside_are_left_out_and_the_rest_is_read(tmp_path: Path) -> None:
    text = 'x\n<doc id="1">\n塔\n<doc id="2">\n川\n水\n</doc>\n\n<doc id="3">\n山'
    assert pages(tmp_path, text) == [
        LeftOut(place="AA/wiki_00:1", reason="line outside a page"),
        LeftOut(place="AA/wiki_00:2", reason="page without an end"),
        Page("AA/wiki_00:4", "2", "川", ["水"]),
        LeftOut(place="AA/wiki_00:9", reason="page without an end"),
    ]


def test_of_an_endless_page_only_the_beginning_is_kept(tmp_path: Path) -> None:
    (page,) = pages(tmp_path, '<doc id="1">\n塔\n' + "行\n" * (KEPT_LINES + 10) + "</doc>\n")
    assert isinstance(page, Page)
    assert len(page.lines) == KEPT_LINES
