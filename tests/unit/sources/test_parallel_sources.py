from collections import Counter
from pathlib import Path

import pytest

from tehon.build.sample import sample_rows
from tehon.errors import BadRawFile, RawFileMissing
from tehon.formats.gz import pack_gz
from tehon.formats.tar import pack_tar
from tehon.formats.zip import pack_zip
from tehon.records.corpus import Drop, Example, ReadOptions, Rendering
from tehon.sources import SOURCES
from tehon.sources.coursera import joined


def read(folder: Path, name: str, rendering: Rendering = "fixed", variant: str = "") -> list[Example | Drop]:
    return list(SOURCES[name].read(folder, ReadOptions(rendering=rendering, variant=variant)))


def pairs(rows: list[Example | Drop]) -> list[tuple[str, str, str]]:
    return [(row.part, row.input, row.response) for row in rows if isinstance(row, Example)]


def reasons(rows: list[Example | Drop]) -> Counter[str]:
    return Counter(row.reason for row in rows if isinstance(row, Drop))


@pytest.mark.parametrize("name", ["alt", "coursera", "jesc", "tab_delimited", "tanaka"])
def test_one_direction_ends_before_the_other_begins_and_both_hold_the_same_pairs(name: str) -> None:
    found = pairs(sample_rows(SOURCES[name], ReadOptions(rendering="published")))
    half = len(found) // 2
    assert len({part for part, _, _ in found[:half]}) == len({part for part, _, _ in found[half:]}) == 1
    assert found[0][0] != found[half][0]
    assert [(asked, said) for _, asked, said in found[:half]] == [(said, asked) for _, asked, said in found[half:]]


@pytest.mark.parametrize(
    ("sentence", "published", "fixed"),
    [
        ("今日 は 三 つ です 。", "今日は三つです。", "今日は三つです。"),
        ("pip install を 使う", "pipinstallを使う", "pip installを使う"),
        ("A ,  B と C", "A,BとC", "A , BとC"),
        (" はい ", "はい", "はい"),
    ],
)
def test_spaces_go_where_japanese_needs_none(sentence: str, published: str, fixed: str) -> None:
    assert joined(sentence, "published") == published
    assert joined(sentence, "fixed") == fixed


def test_files_of_unequal_length_are_an_error_and_no_shifted_pairs(tmp_path: Path) -> None:
    files = {"Coursera_En-Ja/train.ja.txt": "一\n二\n".encode(), "Coursera_En-Ja/train.en.txt": b"one\n"}
    (tmp_path / "Coursera_En-Ja.zip").write_bytes(pack_zip(files))
    with pytest.raises(
        BadRawFile, match=r"must have as many lines as train\.en\.txt, but one of the two ends at line 1"
    ):
        read(tmp_path, "coursera")


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    (tmp_path / "Coursera_En-Ja.zip").write_bytes(pack_zip({"Coursera_En-Ja/train.en.txt": b"one\n"}))
    with pytest.raises(RawFileMissing, match=r"must hold Coursera_En-Ja/train\.ja\.txt"):
        read(tmp_path, "coursera")


def test_tatoeba_is_read_from_its_archive_as_from_its_file(tmp_path: Path) -> None:
    data = "Stop!\tやめて！\nWait!\t待って！\tCC-BY 2.0\n".encode()
    for folder, name, content in (("a", "jpn.txt", data), ("b", "jpn-eng.zip", pack_zip({"jpn.txt": data}))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(content)
    assert read(tmp_path / "a", "tab_delimited") == read(tmp_path / "b", "tab_delimited")
    assert len(read(tmp_path / "a", "tab_delimited")) == 4


def test_published_merges_the_lines_between_stray_quotes(tmp_path: Path) -> None:
    text = 'oh\tああ\n"stop\tやめろ\nwait\t待て\n"go\t行け\nend\t終わり\n'
    (tmp_path / "raw.tar.gz").write_bytes(pack_tar({"raw/raw": text.encode()}))
    assert pairs(read(tmp_path, "jesc", "published"))[:2] == [
        ("ja_en", "ああ", "oh"),
        ("ja_en", "行け", "stop\tやめろ\nwait\t待て\ngo"),
    ]
    assert len(pairs(read(tmp_path, "jesc"))) == 10


def test_release_0_1_0_of_jesc_is_imitated_only_when_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "raw.tar.gz").write_bytes(pack_tar({"raw/raw": "is that true?\t本当？\n".encode()}))
    right = [("ja_en", "本当？", "is that true?"), ("en_ja", "is that true?", "本当？")]
    assert pairs(read(tmp_path, "jesc", "published")) == pairs(read(tmp_path, "jesc")) == right
    wrong = read(tmp_path, "jesc", "published", "v0_1_0")
    assert pairs(wrong) == [("reversed_v0_1_0", "is that true?", "本当？"), right[1]]
    assert [row.instruction for row in wrong if isinstance(row, Example)] == [
        "次の日本語を英語に翻訳してください。", "次の英語を日本語に翻訳してください。",
    ]  # fmt: skip
    assert pairs(read(tmp_path, "jesc", "fixed", "v0_1_0")) == right


def test_alt_tells_of_every_sentence_that_finds_no_partner(tmp_path: Path) -> None:
    files = {
        "data_ja.txt": "1\t一\n2\t二\n2\t弐\n4\t四\n".encode(),
        "data_en.txt": b"1\tone\n2\ttwo\n3\tthree\n1\tuno\n4\t\n",
    }
    (tmp_path / "ALT-Parallel-Corpus-20191206.zip").write_bytes(pack_zip(files))
    rows = read(tmp_path, "alt")
    assert pairs(rows) == [
        ("ja_en", "一", "one"),
        ("ja_en", "二", "two"),
        ("en_ja", "one", "一"),
        ("en_ja", "two", "二"),
    ]
    assert reasons(rows) == {
        "id stands twice": 1, "no English sentence": 1, "no Japanese sentence": 1, "a sentence is missing": 1,
    }  # fmt: skip


def test_alt_keeps_pairs_that_lack_a_sentence_as_the_releases_before_1_0_3(tmp_path: Path) -> None:
    files = {"data_ja.txt": "1\t一\n2\t\n".encode(), "data_en.txt": b"1\tone\n2\ttwo\n"}
    (tmp_path / "ALT-Parallel-Corpus-20191206.zip").write_bytes(pack_zip(files))
    one = [("ja_en", "一", "one"), ("en_ja", "one", "一")]
    assert pairs(read(tmp_path, "alt", "published")) == one
    assert pairs(read(tmp_path, "alt", "published", "v0_1_0")) == [
        one[0], ("ja_en", "", "two"), one[1], ("en_ja", "two", ""),
    ]  # fmt: skip


def test_tanaka_is_read_packed_or_not_and_published_looks_for_the_mark_anywhere(tmp_path: Path) -> None:
    text = "# note\nA: 雨だ。\tIt rains. #1#ID=5_6\nB: 雨\n質問 A: 晴れだ。\tIt is fine.#ID=7\n\n".encode()
    for folder, name, data in (("a", "examples.utf", text), ("b", "examples.utf.gz", pack_gz(text))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(data)
    assert read(tmp_path / "a", "tanaka") == read(tmp_path / "b", "tanaka")
    fixed, published = read(tmp_path / "a", "tanaka"), read(tmp_path / "a", "tanaka", "published")
    assert pairs(fixed)[:1] == [("ja_en", "雨だ。", "It rains. #1")]
    assert reasons(fixed) == {"neither a pair nor its words": 1}
    assert pairs(published)[:2] == [("ja_en", "雨だ。", "It rains. "), ("ja_en", "晴れだ。", "It is fine.")]


def test_a_truncated_packed_corpus_is_an_error_and_not_a_shorter_one(tmp_path: Path) -> None:
    (tmp_path / "examples.utf.gz").write_bytes(pack_gz("A: 雨だ。\tIt rains.#ID=1\n".encode() * 1000)[:-9])
    with pytest.raises(BadRawFile, match="must be a whole gzip file"):
        read(tmp_path, "tanaka")
