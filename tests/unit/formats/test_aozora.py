import pytest

from tehon.formats.aozora import RULER, plain, read_work

BLOCK = [RULER + "-", "【テキスト中に現れる記号について】", "", "《》：ルビ", RULER + "-", ""]


def work(*lines: str) -> tuple[str, str, list[str]] | None:
    found = read_work(f"{line}\r\n" for line in lines)
    return found and (found.title, found.author, list(found.paragraphs))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("　※［＃「必＋おおざと」、U+90B2、332-8］を", "邲を"),
        ("｜一人静《ひとりしずか》の花", "一人静の花"),
        ("※［＃「木＋世」、第3水準1-85-56］と※［＃「火＋稻のつくり」、第4水準2-79-88］", "枻と熖"),
        ("※［＃二の字点、1-2-22］※［＃感嘆符三つ、541-2］", "〻〓"),
        ("［＃「※［＃「木＋世」、第3水準1-85-56］」に傍点］終わり［＃地から１字上げ］", "終わり"),
        ("※［＃「口」、第9水準1-99-99］", "〓"),
    ],
)
def test_markup_is_taken_out_and_letters_with_a_code_are_put_in(line: str, text: str) -> None:
    assert plain(line) == text


def test_the_block_headings_and_colophon_are_no_text() -> None:
    lines = (
        "題",
        "作者",
        "",
        *BLOCK,
        "［＃３字下げ］一［＃「一」は中見出し］",
        "　本文。",
        "",
        "底本：「全集」",
        "1998年",
    )
    assert work(*lines) == ("題", "作者", ["本文。"])


def test_a_work_without_a_block_starts_below_its_heading() -> None:
    assert work("題", "作者", "", "", "　一行目。", "二行目。") == ("題", "作者", ["一行目。", "二行目。"])


def test_subtitles_join_the_title_and_translators_are_not_the_author() -> None:
    assert work("題", "――副題――", "作者", "訳者訳", "", "本文。") == ("題　――副題――", "作者", ["本文。"])


@pytest.mark.parametrize("lines", [(), ("題",), ("題", "", "作者"), ("", "題", "作者"), ("本文。",) * 50])
def test_a_file_without_title_and_author_is_no_work(lines: tuple[str, ...]) -> None:
    assert work(*lines) is None
