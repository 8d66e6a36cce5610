from collections import Counter
from pathlib import Path

import pytest

from tehon.errors import BadRawFile, RawFileMissing
from tehon.formats.aozora import RULER
from tehon.formats.gz import pack_gz
from tehon.formats.zip import pack_zip
from tehon.records.corpus import Drop, Example, ReadOptions, Rendering
from tehon.sources import SOURCES
from tehon.sources.aozora import LONGEST, fixed, published
from tehon.sources.wikinews import body
from tehon.sources.wikipedia_summary import fault, first_paragraph


def read(folder: Path, name: str, rendering: Rendering = "fixed", variant: str = "") -> list[Example | Drop]:
    return list(SOURCES[name].read(folder, ReadOptions(rendering=rendering, variant=variant)))


def reasons(rows: list[Example | Drop]) -> Counter[str]:
    return Counter(row.reason for row in rows if isinstance(row, Drop))


def text_file(folder: Path, name: str, text: str, encoding: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))


WORK = "見本の湖\r\n見本太郎\r\n\r\n　舟は待っていた。\r\n"


def test_each_distribution_of_aozora_has_its_own_encoding_and_gives_the_same(tmp_path: Path) -> None:
    text_file(tmp_path / "a", "cards/000000/files/1_ruby_1/w.txt", WORK, "cp932")
    text_file(tmp_path / "b", "AozoraTxt/person_utf8/000000/w.txt", WORK, "utf-8-sig")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "AozoraTxt_UTF8.zip").write_bytes(pack_zip({"AozoraTxt/person_utf8/w.txt": WORK.encode()}))
    found = [
        [(e.instruction, e.response) for e in read(tmp_path / f, "aozora", "published") if isinstance(e, Example)]
        for f in "abc"
    ]
    assert found[0] == found[1] == found[2]
    assert found[0][0] == ("見本太郎の作品『見本の湖』の冒頭を教えてください。", "「」です。")
    repaired = [[e.response for e in read(tmp_path / f, "aozora") if isinstance(e, Example)] for f in "abc"]
    assert repaired == [["「舟は待っていた。」です。", "見本太郎の『見本の湖』です。"]] * 3


def test_a_text_in_another_encoding_is_counted_and_the_others_are_read(tmp_path: Path) -> None:
    text_file(tmp_path, "person_utf8/1/good.txt", WORK, "utf-8")
    text_file(tmp_path, "person_utf8/1/bad.txt", WORK, "cp932")
    rows = read(tmp_path, "aozora")
    assert reasons(rows) == {"damaged, or not in the declared encoding": 1}
    assert len([row for row in rows if isinstance(row, Example)]) == 2


def test_both_distributions_at_once_or_none_is_an_error(tmp_path: Path) -> None:
    text_file(tmp_path, "other/w.txt", WORK, "utf-8")
    with pytest.raises(RawFileMissing, match="must hold texts in person_utf8 or cards, but has none"):
        read(tmp_path, "aozora")
    text_file(tmp_path, "person_utf8/w.txt", WORK, "utf-8")
    text_file(tmp_path, "cards/w.txt", WORK, "cp932")
    with pytest.raises(BadRawFile, match="has both"):
        read(tmp_path, "aozora")


def test_a_published_opening_is_a_hundred_characters_behind_the_second_ruler() -> None:
    lines = [
        "題　名\n",
        "作 者\n",
        "\n",
        RULER + "\n",
        "説明\n",
        RULER + "\n",
        "［＃見出し］\n",
        "\n",
        "　あ《あ》\n",
        "い" * 200,
    ]
    assert published(lines) == ("題名", "作者", "あ《あ》" + "い" * 96)
    assert published(lines[:3] + lines[8:]) == ("題名", "作者", "")


def test_a_fixed_opening_ends_with_a_sentence_where_one_is_near() -> None:
    head = ["題\n", "作者\n", "\n"]
    assert fixed([*head, "あ" * 70 + "。" + "い" * 70 + "。"]) == ("題", "作者", "あ" * 70 + "。")
    assert fixed([*head, "あ" * 20 + "。" + "い" * 200]) == ("題", "作者", "あ" * 20 + "。" + "い" * (LONGEST - 21))
    assert fixed([*head, "底本：「全集」\n"]) == "no text"


def test_a_news_article_keeps_its_first_paragraph_unless_it_is_a_dateline() -> None:
    text = "【2023年4月1日】\n一つ目。\n二つ目。"
    assert body(text, "published") == "一つ目。二つ目。"
    assert body(text, "fixed") == "一つ目。\n二つ目。"
    assert body("一つ目。\n二つ目。", "published") == "二つ目。"
    assert body("一つ目。\n二つ目。", "fixed") == "一つ目。\n二つ目。"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["", "塔（、とう）は高い。", "鐘がある。", "", "二段落目。"], "塔（とう）は高い。\n鐘がある。"),
        (["塔は高い。", "歴史.", "昔。"], "塔は高い。"),
        (["塔（）は&lt;高い&gt;。"], "塔は<高い>。"),
        (["塔（とう、、）と塔（ , 、 ）。"], "塔（とう）と塔。"),
        (["1,000、2,000（a, b）"], "1,000、2,000（a, b）"),
        ([" ", ""], ""),
    ],
)
def test_a_first_paragraph_ends_at_an_empty_line_or_a_heading(lines: list[str], said: str) -> None:
    assert first_paragraph(lines) == said


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("タイは国。", ""),
        ("タイ", "says no more than the title"),
        (" ", "no text"),
        ("は、無生物と区別される。", "head cut off"),
        ("、ミュージシャンは人。", "head cut off"),
        ("はしは橋。", ""),
    ],
)
def test_a_description_that_describes_nothing_has_a_reason(said: str, reason: str) -> None:
    assert fault("タイ", said) == reason


def test_published_keeps_a_blank_summary_for_the_clean_step_to_count(tmp_path: Path) -> None:
    text_file(tmp_path, "wiki_00", '<doc id="1" url="" title="塔">\n塔\n\n \n本文\n</doc>\n', "utf-8")
    rows = read(tmp_path, "wikipedia_summary", "published", "v0_1_0")
    assert [row.response for row in rows if isinstance(row, Example)] == [" "]
    assert reasons(read(tmp_path, "wikipedia_summary")) == {}


def test_each_of_wikipedias_published_variants_has_its_own_description(tmp_path: Path) -> None:
    pages = (
        '<doc id="1" url="" title="塔">\n塔\n\n塔は高い。\n\n鐘がある。\n \n歴史.\n昔。\n</doc>\n'
        '<doc id="2" url="" title="川">\n川\n\n \n　\n</doc>\n<doc id="3" url="" title="山">\n山\n\n</doc>\n'
    )
    text_file(tmp_path, "wiki_00", pages, "utf-8")
    early, late = (read(tmp_path, "wikipedia_summary", "published", variant) for variant in ("v0_1_0", "v1_0_2"))
    assert [row.response for row in early if isinstance(row, Example)] == ["塔は高い。", " "]
    assert [row.response for row in late if isinstance(row, Example)] == ["塔は高い。\n鐘がある。\n "]
    assert (reasons(early), reasons(late)) == ({"no text": 1}, {"no text": 2})


def test_wordnet_joins_every_word_of_a_sense_with_every_definition(tmp_path: Path) -> None:
    (tmp_path / "wnjpn-ok.tab.gz").write_bytes(pack_gz("2-n\t乙\tx\n2-n\t丙\tx\n1-n\t甲\tx\n3-n\t丁\tx\n".encode()))
    definitions = '1-n\t0\tfirst\t甲である\n2-n\t0\ta\t一つ目\n2-n\t1\t"b\t二つ目\n4-n\t0\tc\t名もない\n'
    (tmp_path / "wnjpn-def.tab").write_bytes(definitions.encode())
    (tmp_path / "wnjpn-exe.tab.gz").write_bytes(pack_gz("1-n\t0\tx\t例\n".encode()))
    rows = read(tmp_path, "wordnet")
    meanings = [r for r in rows if isinstance(r, Example) and r.part == "definitions"]
    assert [(r.upstream_id, r.response) for r in meanings] == [
        (f"2-n {number} {word}", text) for word in "乙丙" for number, text in enumerate(("一つ目", "二つ目"))
    ]
    assert all(f"「{r.upstream_id[-1]}」" in r.instruction for r in meanings)
    assert reasons(rows) == {
        "definition holds its word": 1, "word without a definition": 1, "definition without a word": 1,
    }  # fmt: skip
    with pytest.raises(BadRawFile, match=r"wnjpn-def\.tab:3: must close the quote"):
        read(tmp_path, "wordnet", "published")


def test_paranatcom_strips_the_colon_that_the_rendering_knows(tmp_path: Path) -> None:
    files = {f"abstracts-ja-{n}/a.txt": f"題{mark}\n本文。\n".encode() for n, mark in ((1, ":"), (2, "："), (3, ":"))}
    (tmp_path / "ParaNatCom-20201127.zip").write_bytes(pack_zip(files))
    titles = {
        rendering: [row.response for row in read(tmp_path, "paranatcom", rendering) if isinstance(row, Example)][::2]
        for rendering in ("published", "fixed")
    }
    assert titles == {"published": ["題:", "題：", "題"], "fixed": ["題", "題", "題"]}


def test_paranatcom_without_translations_or_with_a_broken_article_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "ParaNatCom-20201127.zip"
    path.write_bytes(pack_zip({"articles/a.xml": b"<a/>"}))
    with pytest.raises(RawFileMissing, match="must hold translations in abstracts-ja-1"):
        read(tmp_path, "paranatcom")
    path.write_bytes(pack_zip({"articles/a.xml": b"<a>", "abstracts-ja-1/a.txt": b"t\na\n"}))
    with pytest.raises(BadRawFile, match="must be well-formed XML"):
        read(tmp_path, "paranatcom")
