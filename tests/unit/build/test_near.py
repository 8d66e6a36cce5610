from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from tehon.build import near_clusters
from tehon.build.near import Near, band_keys, near_duplicates
from tehon.build.near_likeness import alike, compared
from tehon.build.near_texts import texts_of
from tehon.records.corpus import Document, Example, Turn
from tehon.records.release import NearDuplicates
from tehon.records.step import Content

Make = Callable[..., Example]
Search = Callable[..., Near]
SETTINGS = NearDuplicates()
PASSAGE = (
    "明治政府は鉄道の建設を決めた。測量は海岸に沿って進められ、橋や堤が築かれた。開業の日には多くの人が見物に訪れた。"
)


@pytest.fixture
def search(tmp_path: Path) -> Search:
    def find(
        *pieces: Sequence[Content], alive: list[list[bool]] | None = None, settings: NearDuplicates = SETTINGS
    ) -> Near:
        files = []
        for number, piece in enumerate(pieces):
            keys = band_keys(piece, settings)
            files.append(tmp_path / f"{number}.parquet")
            pq.write_table(pa.table({f"b{band}": keys[:, band] for band in range(settings.bands)}), files[-1])
        masks = [np.array(mask, dtype=np.bool_) for mask in alive or [[True] * len(piece) for piece in pieces]]
        return near_duplicates(files, masks, lambda piece, row: pieces[piece][row], settings, tmp_path)

    return find


def document(text: str, title: str = "") -> Document:
    return Document(
        id="d/0", upstream_id="0", title=title, text=text, source="d", split="all", language="ja", licence="MIT"
    )


def same(first: Content, second: Content, settings: NearDuplicates = SETTINGS) -> bool:
    size = settings.shingle
    answer = alike(compared(first, size), compared(second, size), settings)
    assert answer == alike(compared(second, size), compared(first, size), settings)
    return answer


@pytest.mark.parametrize(
    ("instruction", "material", "response"),
    [
        ("開業の日に見物に訪れたのは誰ですか？", PASSAGE.replace("。", "．").replace("、", ""), "多くの人です。"),
        ("開業の日に見物に訪れたのはだれですか？", PASSAGE, "多くの人です。"),
        ("開業の日に見物に訪れたのは誰ですか？", PASSAGE.replace("築かれた", "作られた"), "多くの人です"),
        ("次の質問に答えてください。開業の日に見物に訪れたのは誰ですか？", PASSAGE, "多くの人です。"),
        ("質問：開業の日に見物に訪れたのは誰ですか？", PASSAGE, "多くの人です。"),
    ],
)
def test_small_changes_leave_an_example_the_same(
    make_example: Make, instruction: str, material: str, response: str
) -> None:
    first = make_example(0, "開業の日に見物に訪れたのは誰ですか？", PASSAGE, "多くの人です。")
    assert same(first, make_example(1, instruction, material, response))


@pytest.mark.parametrize(
    ("instruction", "material", "response"),
    [
        ("橋や堤が築かれたのはどこですか？", PASSAGE, "多くの人です。"),
        ("開業の日に見物に訪れたのは誰ですか？", f"{PASSAGE}\n質問：駅はいくつありましたか？", "多くの人です。"),
        ("開業の日に見物に訪れたのは誰ですか？", PASSAGE, "政府の役人です。"),
        ("開業の日に見物に訪れたのは誰ですか？", PASSAGE.replace("明治政府", "東京都庁"), "多くの人です。"),
        ("開業の日に見物に訪れたのは誰ですか？", PASSAGE.replace("開業の日", "十月の日"), "多くの人です。"),
        ("開業の日に見物に訪れたのは誰ですか？", "", "多くの人です。"),
    ],
)
def test_another_question_answer_number_or_word_makes_another_example(
    make_example: Make, instruction: str, material: str, response: str
) -> None:
    first = make_example(0, "開業の日に見物に訪れたのは誰ですか？", PASSAGE, "多くの人です。")
    assert not same(first, make_example(1, instruction, material, response))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2020年の人口は何人でしたか？", "2021年の人口は何人でしたか？"),
        ("木曜日の次の日は何曜日ですか？", "金曜日の次の日は何曜日ですか？"),
    ],
)
def test_numbers_and_days_are_told_apart(make_example: Make, first: str, second: str) -> None:
    loose = NearDuplicates(threshold=0.3)
    assert same(make_example(0, first), make_example(1, first), loose)
    assert not same(make_example(0, first), make_example(1, second), loose)


def test_a_mere_request_says_nothing_and_a_request_for_something_is_the_question(make_example: Make) -> None:
    long = "雨の日には、駅前の商店街に傘を借りられる場所がいくつも用意されます。"
    requests = ("次の文を要約してください。", "以下の内容を短くまとめなさい。", "フランスの首都を答えてください。")
    assert texts_of(make_example(0, requests[0], long)) == ("", "", long, "はい")
    assert texts_of(make_example(0, requests[2])) == ("", "", requests[2], "はい")
    assert same(make_example(0, requests[0], long), make_example(1, requests[1], long))
    assert not same(make_example(0, requests[2]), make_example(1, "イタリアの首都を答えてください。"))


def test_the_order_of_choices_counts_for_nothing_and_that_of_sentences_does(make_example: Make) -> None:
    question = "湯を沸かすときに使うものはどれですか？"
    orders = ("鏡、やかん、畳、帽子", "帽子、畳、鏡、やかん", "帽子、畳、鏡、鍋")
    first, second, other = (make_example(0, question, choices, "やかん") for choices in orders)
    assert same(first, second)
    assert not same(first, other)
    lines = [make_example(0, question, choices, "やかん") for choices in ("鏡\nやかん\n畳", "- 畳\n- やかん\n- 鏡")]
    assert texts_of(lines[0])[2] == "やかん\n畳\n鏡"


def test_earlier_turns_are_compared_too(make_example: Make) -> None:
    def asked(before: str) -> Example:
        history = (Turn(role="user", content=before), Turn(role="assistant", content="分かりました。"))
        return replace(
            make_example(0, "もう少し詳しく教えてください。", response="それは次の通りです。"), history=history
        )

    first = "京都で秋に楽しめるお祭りについて教えてもらえますか？"
    assert same(asked(first), asked(first.replace("もらえますか", "もらえませんか")))
    assert not same(asked(first), asked("電車の忘れ物を探すにはどこへ行けばいいでしょうか？"))


def test_documents_are_compared_by_their_text_and_may_differ_in_a_sentence() -> None:
    text = "。".join(f"{number}番目の駅を出ると、線路は川に沿って曲がり、畑の中を進む" for number in "甲乙丙丁戊己庚辛")
    assert same(document(text, "線路"), document(f"{text}。最後に海が見える", "鉄道"))
    assert not same(document(text), document("海辺の町には毎年多くの人が訪れる。" * 9))


def test_the_first_one_stays_over_all_pieces(make_example: Make, search: Search) -> None:
    rows = [make_example(n, f"{PASSAGE}{end}", response="はい") for n, end in enumerate(("", "。", "！"))]
    other = make_example(3, "海辺の町には毎年どれくらいの人が訪れますか？")
    found = search([other, rows[0]], [], [rows[1], other, rows[2]])
    assert [mask.tolist() for mask in found.dropped] == [[False, False], [], [True, True, True]]
    assert (found.report.clusters, found.report.largest, found.report.dropped) == (2, 3, 3)
    apart = search([other], [rows[0], rows[1]], [other, rows[2]])
    assert np.concatenate(apart.dropped).tolist() == [False, False, True, True, True]


def test_what_is_out_already_takes_nothing_with_it(make_example: Make, search: Search) -> None:
    rows = [make_example(n, f"{PASSAGE}{end}") for n, end in enumerate(("", "。", "！"))]
    found = search(rows, alive=[[False, True, True]])
    assert found.dropped[0].tolist() == [False, False, True]


def test_keys_depend_on_no_neighbour(make_example: Make) -> None:
    rows: list[Content] = [
        make_example(0, "何ですか", "ｶﾞｯｺｳ" * 30), make_example(1, "", "", ""), make_example(2, "！", "", "？"),
        document(PASSAGE), make_example(3, "犬", "", "猫"),
    ]  # fmt: skip
    together = band_keys(rows, SETTINGS)
    assert together.shape == (5, SETTINGS.bands)
    assert together.tolist() == [band_keys([row], SETTINGS)[0].tolist() for row in rows]
    assert len({tuple(keys) for keys in together.tolist()}) == 5
    assert band_keys([], SETTINGS).shape == (0, SETTINGS.bands)


def test_keys_are_split_between_blocks_without_a_trace(make_example: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [make_example(n, f"{n}番目の問いです", "材料" * n) for n in range(40)]
    whole = band_keys(rows, SETTINGS)
    monkeypatch.setattr("tehon.build.near.LETTERS", 50)
    assert band_keys(rows, SETTINGS).tolist() == whole.tolist()


def test_a_chain_of_likenesses_is_not_one_content(search: Search) -> None:
    def stretch(start: int) -> Document:
        return document("".join(chr(0x4E00 + place) for place in range(start, start + 100)))

    chain = [stretch(10 * step) for step in range(12)]
    assert same(chain[0], chain[1])
    assert not same(chain[0], chain[4])
    found = search(chain)
    stays = np.flatnonzero(~found.dropped[0]).tolist()
    assert stays[0] == 0
    assert 3 <= len(stays) <= 7
    for row in set(range(12)) - set(stays):
        assert any(same(chain[row], chain[kept]) for kept in stays)


def test_a_full_cluster_takes_no_more(make_example: Make, search: Search) -> None:
    rows = [make_example(n, f"{PASSAGE}{'！' * n}") for n in range(10)]
    found = search(rows, settings=NearDuplicates(most_cluster=4))
    assert found.report.largest == 4
    assert np.flatnonzero(~found.dropped[0]).tolist() == [0, 4, 8]


def test_many_strangers_under_one_key_cost_few_comparisons_each(
    make_example: Make, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        make_example(n, f"{chr(0x6000 + n)}と{chr(0x6BB8 + n)}はどうですか？", PASSAGE, "多くの人です。")
        for n in range(3000)
    ]
    assert len({tuple(keys) for keys in band_keys(rows, SETTINGS).tolist()}) <= 2
    monkeypatch.setattr(near_clusters, "TRIES", 5)
    report = search(rows).report
    assert report.compared <= 3000 * 5


def test_twins_under_one_key_cost_one_comparison_each(make_example: Make, search: Search) -> None:
    rows = [make_example(n, f"{PASSAGE}{'！' * (n % 7)}") for n in range(3000)]
    found = search(rows)
    assert found.report.compared == found.report.alike == 2999
    assert np.flatnonzero(~found.dropped[0]).tolist() == [0]


def test_few_shingles_are_held_at_a_time(make_example: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_clusters, "HELD", 300)
    rows = [make_example(n, f"{chr(0x4E00 + n)}の話です。{PASSAGE}") for n in range(50)]
    clusters = near_clusters.Clusters(50, rows.__getitem__, SETTINGS)
    clusters.join(np.arange(50))
    assert sum(held.size for held in clusters._held.values()) <= 300
    assert clusters.compared >= 49
