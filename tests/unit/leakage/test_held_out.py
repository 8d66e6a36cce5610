from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tehon.errors import Damaged, EmptyData
from tehon.leakage.held_out import HeldOut, read_index, write_index
from tehon.records.corpus import Document, Example, Turn
from tehon.tasks import TASKS

Hold = Callable[..., HeldOut]
Make = Callable[..., Example]
QUESTION = "日本で初めて鉄道が開業したのはどこからどこまでですか？"
PASSAGE = (
    "明治政府は鉄道の建設を決めた。測量は海岸に沿って進められ、橋や堤が築かれた。開業の日には多くの人が見物に訪れた。"
)
FIRST, SECOND = "犬が海辺を元気に走っています。", "海の近くに一匹の犬がいます。"


@pytest.fixture
def hold(tmp_path: Path) -> Hold:
    def held_out(*rows: dict[str, object]) -> HeldOut:
        file = tmp_path / "mine.jsonl"
        file.write_bytes(b"\n".join(map(msgspec.json.encode, rows)))
        write_index([], [file], None, tmp_path / "index")
        return read_index(tmp_path / "index")

    return held_out


def document(text: str) -> Document:
    return Document(id="d/0", upstream_id="0", text=text, source="d", split="all", language="ja", licence="MIT")


@pytest.mark.parametrize(
    ("instruction", "material"),
    [
        ("日本で初めて、鉄道が開業したのは、どこからどこまでですか", ""),
        ("日本で初めて鉄道が開業したのはどこからどこまでですか?", ""),
        ("次の質問に答えてください。", QUESTION),
        (f"次の質問に、短く答えてください。{QUESTION}", ""),
        ("質問に答えなさい。", f"質問：{QUESTION}\n答え："),
        (f"文章を読んで答えてください。\n{PASSAGE}\n問い：{QUESTION}", ""),
        ("文章を読んで答えてください。", f"{PASSAGE}{QUESTION}"),
        (QUESTION, "ほかの文章です。東京には多くの駅があります。"),
    ],
)
def test_a_question_is_known_in_any_writing_and_at_any_place(
    hold: Hold, make_example: Make, instruction: str, material: str
) -> None:
    index = hold({"question": QUESTION})
    assert index.reason(make_example(0, instruction, material)) == "held in mine.jsonl"


@pytest.mark.parametrize(
    "changed",
    [
        "日本で初めて鉄動が開業したのはどこからどこまでですか？",
        "日本で初めて鉄道が開業したのはどこから何処までですか？",
        "日本ではじめて鉄道が開業したのはどこからどこまでですか？",
        "日本で初めて鉄道の開業したのは、どこから、どこまでだか？",
        "ええと、日本で初めて鉄道が開業したのはどこからどこまででしたか？",
    ],
)
def test_a_question_is_known_with_a_few_letters_changed(hold: Hold, make_example: Make, changed: str) -> None:
    index = hold({"question": QUESTION})
    assert index.reason(make_example(0, changed)) == "nearly held in mine.jsonl"
    assert index.reason(make_example(0, "答えてください。", f"{PASSAGE}\n{changed}")) == "nearly held in mine.jsonl"


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("2020年の東京での最高気温は何度でしたか？", "2021年の東京での最高気温は何度でしたか？"),
        ("三人で分けると一人に何個のりんごが行きますか？", "四人で分けると一人に何個のりんごが行きますか？"),
        ("この道を1キロ進むと何がありますか？", "この道を10キロ進むと何がありますか？"),
        ("東京オリンピックが開催されたのはいつですか？", "ロンドンオリンピックが開催されたのはいつですか？"),
        ("日本で一番高い山は何という名前ですか？", "世界で一番高い山は何という名前ですか？"),
        (QUESTION, "日本で初めて博物館が開館したのはいつのことですか？"),
    ],
)
def test_another_number_or_word_makes_another_question(hold: Hold, make_example: Make, asked: str, other: str) -> None:
    index = hold({"question": asked})
    assert index.reason(make_example(0, asked)) == "held in mine.jsonl"
    assert index.reason(make_example(0, other)) == ""


def test_numbers_beside_a_question_do_not_make_it_another(hold: Hold, make_example: Make) -> None:
    index = hold({"question": "このみせで一番よく売れているおやつは何ですか？"})
    row = make_example(0, "読んで答えてください。", "問３：この店で一番よく売れているおやつは何ですか？\n問４：駅は？")
    assert index.reason(row) == "nearly held in mine.jsonl"


def test_the_same_passage_with_another_question_stays_and_is_told(hold: Hold, make_example: Make) -> None:
    index = hold({"question": QUESTION, "context": PASSAGE})
    other = make_example(0, "見物に訪れたのは誰ですか？", PASSAGE)
    assert (index.reason(other), index.passages(other)) == ("", ("mine.jsonl",))
    elsewhere = make_example(0, "見物に訪れたのは誰ですか？", "祭りの日には町の人がみな見物に来た。")
    assert index.passages(elsewhere) == ()


def test_a_pair_is_known_in_either_order_in_any_fields(hold: Hold, make_example: Make) -> None:
    index = hold({"sentence1": FIRST, "sentence2": SECOND})
    rows = [
        make_example(0, "関係を答えてください。", f"前提：{FIRST}\n仮説：{SECOND}"),
        make_example(1, "似ていますか。", f"文１：{SECOND}\n文２：{FIRST}"),
        make_example(2, f"A: {SECOND}\n\nB: {FIRST}"),
        make_example(3, "言い換えてください。", FIRST, SECOND),
        make_example(4, "似ていますか。", "犬が海辺を元気に走っていました。\n海の近くに一匹の犬がいます"),
    ]
    exactly = "held in mine.jsonl"
    assert [finding.reason for finding in index.look(rows)] == [exactly] * 4 + [f"nearly {exactly}"]


def test_half_a_pair_is_no_leak_not_even_twice(hold: Hold, make_example: Make) -> None:
    index = hold({"sentence1": FIRST, "sentence2": "犬が海辺を元気に走っていました。"})
    rows = [
        make_example(0, "似ていますか。", f"文１：{FIRST}\n文２：猫が寝ています。"),
        make_example(1, "言い換えてください。", FIRST),
    ]
    assert [finding.reason for finding in index.look(rows)] == ["", ""]


def test_a_short_question_is_known_as_a_whole_stretch_alone(hold: Hold, make_example: Make) -> None:
    index = hold({"question": "空は何色に見えますか？"})
    rows = [
        make_example(0, "空は、何色に見えますか"),
        make_example(1, "質問に答えてください。", "空は何色に見えますか？"),
        make_example(2, "次の質問に答えてください。空は何色に見えますか？"),
        make_example(3, "要約してください。", "彼女は言った。空は何色に見えますか？と。誰も答えなかった。"),
        make_example(4, "海は何色に見えますか？"),
    ]
    reason = "held in mine.jsonl"
    assert [finding.reason for finding in index.look(rows)] == [reason, reason, reason, "", ""]


def test_what_is_too_short_to_prove_anything_must_be_the_whole_question(hold: Hold, make_example: Make) -> None:
    index = hold({"question": "これは何？"})
    assert index.reason(make_example(0, "これは、何")) == "held in mine.jsonl"
    assert index.reason(make_example(1, "絵を見て答えてください。", "これは何？")) == ""


def test_a_short_question_is_known_by_its_choices_in_any_order(hold: Hold, make_example: Make) -> None:
    index = hold({"question": "空の色は？", "choices": ["青色", "赤色", "緑色"]})
    known = [
        make_example(0, "空の色は？", "緑色、青色、赤色"),
        make_example(1, "選んでください。", "質問：空の色は？\n選択肢：\n- 赤色\n- 緑色\n- 青色"),
    ]
    other = make_example(2, "空の色は？", "黒色、青色、赤色")
    assert [finding.reason for finding in index.look([*known, other])] == ["held in mine.jsonl"] * 2 + [""]


def test_punctuation_alone_is_never_a_match(hold: Hold, make_example: Make) -> None:
    index = hold({"question": "！"}, {"question": QUESTION})
    assert index.reason(make_example(0, "。。。", "", "…")) == ""


def test_a_question_is_known_in_a_document_and_among_earlier_turns(hold: Hold, make_example: Make) -> None:
    index = hold({"question": QUESTION}, {"question": "空は何色に見えますか？"})
    assert index.reason(document(f"{PASSAGE}\n{QUESTION}\n{PASSAGE}")) == "held in mine.jsonl"
    assert index.reason(document(f"{PASSAGE}\n空は何色に見えますか？\n")) == ""
    asked = msgspec.structs.replace(make_example(0, "続けて"), history=(Turn(role="user", content=QUESTION),))
    assert index.reason(asked) == "held in mine.jsonl"


def test_a_long_document_is_looked_at_to_its_end(hold: Hold) -> None:
    index = hold({"question": QUESTION})
    assert index.reason(document("ながいはなし。\n" * 60_000 + QUESTION)) == "held in mine.jsonl"
    assert index.reason(document("ながいはなし。" * 60_000)) == ""


def test_the_first_owner_gives_the_reason_and_an_exact_one_before_a_near_one(
    tmp_path: Path, make_example: Make
) -> None:
    for name, question in (
        ("a.jsonl", "犬が海辺を元気に走っていますか？"),
        ("b.jsonl", "犬が海辺を元気に走っていたか？"),
    ):
        (tmp_path / name).write_bytes(msgspec.json.encode({"question": question}))
    write_index([], [tmp_path / "a.jsonl", tmp_path / "b.jsonl"], None, tmp_path / "index")
    index = read_index(tmp_path / "index")
    assert index.reason(make_example(0, "犬が海辺を元気に走っていますか？")) == "held in a.jsonl"
    assert index.reason(make_example(0, "犬が海辺を元気に走っていたか？")) == "held in b.jsonl"
    assert index.reason(make_example(0, "犬が海辺を元気に走っていたのか？")) == "nearly held in a.jsonl"


def test_what_is_found_depends_on_no_neighbour(hold: Hold, make_example: Make) -> None:
    index = hold({"question": QUESTION, "context": PASSAGE}, {"sentence1": FIRST, "sentence2": SECOND})
    rows = [
        make_example(number, instruction, material)
        for number, (instruction, material) in enumerate(
            [
                (QUESTION, ""),
                ("誰ですか？", PASSAGE),
                ("", ""),
                (FIRST, SECOND),
                ("似ていますか", f"{SECOND}\n{FIRST[2:]}"),
            ]
        )
    ]
    assert index.look(rows) == [index.look([row])[0] for row in rows]
    assert index.look(rows[::-1]) == index.look(rows)[::-1]


def test_the_file_holds_hashes_and_no_text_and_is_the_same_every_time(tmp_path: Path) -> None:
    tasks = [TASKS["ordinary_questions"], TASKS["demo_held_out"]]
    for name in ("one", "two"):
        write_index(tasks, [], None, tmp_path / name)
    stored = (tmp_path / "one").read_bytes()
    assert stored == (tmp_path / "two").read_bytes()
    texts = [text for task in tasks for item in task.read(Path(), task.split) for text in item.fields.values() if text]
    assert len(texts) > 100
    for encoding in ("utf-8", "utf-16-le", "utf-32-le"):
        assert not [text for text in texts if text[:3].encode(encoding) in stored]


def test_every_item_of_the_embedded_tasks_is_known_again(tmp_path: Path) -> None:
    tasks = [task for task in TASKS.values() if task.embedded]
    write_index(tasks, [], None, tmp_path / "index")
    index = read_index(tmp_path / "index")
    items = [item for task in tasks for item in task.read(Path(), task.split)]
    assert all(finding.reason.startswith("asked by ") for finding in index.look([item.example for item in items]))


def test_an_index_of_nothing_finds_nothing_and_a_file_of_nothing_is_an_error(
    tmp_path: Path, make_example: Make
) -> None:
    write_index([], [], None, tmp_path / "index")
    assert read_index(tmp_path / "index").reason(make_example(0, QUESTION)) == ""
    (tmp_path / "mine.jsonl").write_bytes(b"{}\n")
    with pytest.raises(EmptyData):
        write_index([], [tmp_path / "mine.jsonl"], None, tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda _: b"", lambda data: data.replace(b"pairs", b"pears")]
)
def test_a_damaged_index_is_an_error(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "index"
    write_index([TASKS["qualitative"]], [], None, path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(Damaged, match="must be an index of held-out items"):
        read_index(path)
