"""What the samples alone cannot show of the paper's smaller corpora and of those that it never released."""

from pathlib import Path

import msgspec
import pytest

from tehon.errors import BadRawFile, RawFileMissing
from tehon.formats.gz import pack_gz
from tehon.formats.tar import pack_tar
from tehon.records.corpus import Drop, Example, ReadOptions, Rendering
from tehon.sources import SOURCES


def read(name: str, folder: Path, rendering: Rendering = "fixed", *splits: str) -> list[Example | Drop]:
    return list(SOURCES[name].read(folder, ReadOptions(rendering=rendering, splits=splits or None)))


def kept(rows: list[Example | Drop]) -> list[Example]:
    return [row for row in rows if isinstance(row, Example)]


def dialogue(title: str, director: str) -> dict[str, object]:
    known = {"製作年度": "２０００年", "監督名": director, "キャスト名": ["甲", "乙"], "あらすじ": ["一。", "二。"]}
    return {"movie_title": title, "knowledge": known}


def films(folder: Path, **splits: list[dict[str, object]]) -> Path:
    for split, dialogues in splits.items():
        (folder / f"{split}.json").write_bytes(msgspec.json.encode(dialogues))
    return folder


def test_a_film_has_the_place_of_its_first_dialogue_and_as_published_the_facts_of_its_last(tmp_path: Path) -> None:
    train = [dialogue("海", "先"), dialogue("山", "甲"), dialogue("海", "中")]
    films(tmp_path, train=train, valid=[dialogue("海", "後"), dialogue("川", "乙")], test=[])
    published, fixed = kept(read("jmrd", tmp_path, "published")), kept(read("jmrd", tmp_path))
    assert [(film.upstream_id, film.split) for film in published] == [
        ("海", "train"),
        ("山", "train"),
        ("川", "valid"),
    ]
    assert published[0].response == (
        "海は，２０００年に製作された映画で、監督は後です。甲、乙らが出演しています。"
        "あらすじは以下の通りです。\n【あらすじ】\n一。二。"
    )
    assert [film.upstream_id for film in fixed] == ["海", "山"]
    assert fixed[0].response.startswith("海は、２０００年に製作された映画で、監督は先です。")


def test_a_film_without_a_director_waits_for_a_dialogue_that_names_one(tmp_path: Path) -> None:
    films(tmp_path, train=[dialogue("海", ""), dialogue("海", "後")])
    rows = read("jmrd", tmp_path)
    assert [row.reason for row in rows if isinstance(row, Drop)] == ["a fact about the film is missing"]
    assert ["監督は後です" in film.response for film in kept(rows)] == [True]


def edits(*pairs: tuple[str, str]) -> bytes:
    return b"".join(msgspec.json.encode({"pre_text": old, "post_text": new}) + b"\n" for old, new in pairs)


def test_published_typos_come_from_every_member_in_the_archives_order(tmp_path: Path) -> None:
    members = {"a/gold.jsonl": edits(("い", "ろ")), "a/train.jsonl": edits(("は", "に"), ("ほ", "ほ"))}
    (tmp_path / "JWTDv2.0.tar.gz").write_bytes(pack_tar({**members, "a/test.jsonl": edits(("へ", "と"))}))
    published = kept(read("wikipedia_typo", tmp_path, "published"))
    assert [(row.split, row.input) for row in published] == [
        ("gold", "い"),
        ("train", "は"),
        ("train", "ほ"),
        ("test", "へ"),
    ]
    assert len({row.instruction for row in published}) == 1
    assert not any(row.wording for row in published)
    fixed = read("wikipedia_typo", tmp_path)
    assert [row.input if isinstance(row, Example) else row.reason for row in fixed] == ["は", "nothing was changed"]


def test_fixed_typos_are_asked_for_in_every_wording(tmp_path: Path) -> None:
    (tmp_path / "jwtd.jsonl").write_bytes(edits(*((f"{number}のの", f"{number}の") for number in range(200))))
    assert len({row.instruction for row in kept(read("wikipedia_typo", tmp_path))}) == 3


def test_compounds_whose_files_differ_in_length_are_an_error(tmp_path: Path) -> None:
    archive = pack_tar({"n.ja": "酸\n塩\n".encode(), "n.en": b"acid\n"})
    (tmp_path / "nikkaji-1.tar.gz").write_bytes(archive)
    with pytest.raises(BadRawFile, match=r"n\.ja and n\.en must have the same number of lines, but one ends at 1"):
        read("nikkaji", tmp_path)


def test_compounds_are_asked_in_both_directions_file_by_file(tmp_path: Path) -> None:
    files = {"b.en": b"salt\n", "a.en": b"acid\n", "a.ja": "酸\n".encode(), "b.ja": "塩\n".encode()}
    (tmp_path / "nikkaji-1.tar.gz").write_bytes(pack_tar(files))
    found = kept(read("nikkaji", tmp_path))
    assert [(row.part, row.input, row.response) for row in found] == [
        ("en-ja", "salt", "塩"),
        ("ja-en", "塩", "salt"),
        ("en-ja", "acid", "酸"),
        ("ja-en", "酸", "acid"),
    ]


def test_a_last_dish_needs_no_line_of_hyphens_and_an_unpacked_file_will_do(tmp_path: Path) -> None:
    text = "----------\n【汁】\n\n[材料]\n<水.無色> 塩\n[調理法]\n<煮る>"
    (tmp_path / "foodkb.dictionary.txt").write_text(text, "utf-8")
    (dish,) = kept(read("foodkb", tmp_path))
    assert dish.response == "汁の作り方は以下の通りです。\n【材料】\n - 水\n - 塩\n【調理法】\n - 煮る"


@pytest.mark.parametrize("layout", ["array", "lines"])
@pytest.mark.parametrize(
    ("name", "file"), [("dolly_ja", "databricks-dolly-15k-ja"), ("alpaca_ja", "japanese_alpaca_data")]
)
def test_instructions_come_unchanged_from_an_array_or_from_lines(
    tmp_path: Path, name: str, file: str, layout: str
) -> None:
    rows = [{"instruction": " 問い\n", "input": "\t材料", "output": "答え "}, {"instruction": "問", "output": "答"}]
    data = msgspec.json.encode(rows) if layout == "array" else b"\n".join(map(msgspec.json.encode, rows))
    (tmp_path / f"{file}.json").write_bytes(data)
    assert [(e.instruction, e.input, e.response) for e in kept(read(name, tmp_path))] == [
        (" 問い\n", "\t材料", "答え "),
        ("問", "", "答"),
    ]


def said(id_: str, role: str, *replies: object, **more: object) -> dict[str, object]:
    return {"message_id": id_, "text": id_, "role": role, "lang": "ja", "replies": replies, **more}


def conversations(folder: Path, *prompts: object) -> list[Example | Drop]:
    lines = b"".join(msgspec.json.encode({"prompt": prompt}) + b"\n" for prompt in prompts)
    (folder / "oasst.trees.jsonl.gz").write_bytes(pack_gz(lines))
    return read("oasst1_ja", folder)


def test_every_best_answer_is_learned_once_with_all_turns_before_it(tmp_path: Path) -> None:
    last = said("問三", "prompter", said("答三", "assistant"))
    tree = said(
        "問一", "prompter", said("答一", "assistant", said("問二", "prompter", said("答二", "assistant", last)))
    )
    found = kept(conversations(tmp_path, tree))
    assert [(row.instruction, row.response) for row in found] == [("問一", "答一"), ("問二", "答二"), ("問三", "答三")]
    assert [[turn.content for turn in row.history] for row in found] == [
        [],
        ["問一", "答一"],
        ["問一", "答一", "問二", "答二"],
    ]
    assert [turn.role for turn in found[-1].history] == ["user", "assistant"] * 2


@pytest.mark.parametrize(
    ("answers", "best"),
    [
        ([{"rank": 2}, {"rank": 0}, {"rank": 1}], "1"),
        ([{}, {}], "0"),
        ([{}, {"rank": 3}], "1"),
        ([{"rank": 0, "deleted": True}, {"rank": 1}], "1"),
        ([{"rank": 0, "lang": "en"}, {"rank": 1}], "1"),
        ([{"rank": 0, "text": " "}, {"rank": 1}], "1"),
    ],
)
def test_the_answer_ranked_first_is_used_and_the_others_are_counted(
    tmp_path: Path, answers: list[dict[str, object]], best: str
) -> None:
    replies = [said(str(number), "assistant", **more) for number, more in enumerate(answers)]
    rows = conversations(tmp_path, said("問", "prompter", *replies))
    assert [row.upstream_id for row in kept(rows)] == [best]
    assert len(rows) == len(answers)


def test_answers_below_a_deleted_prompt_are_counted_not_used(tmp_path: Path) -> None:
    gone = said(
        "消", "prompter", said("答二", "assistant", said("問三", "prompter", said("答三", "assistant"))), deleted=True
    )
    rows = conversations(tmp_path, said("問一", "prompter", said("答一", "assistant", gone)))
    assert [row.reason if isinstance(row, Drop) else row.response for row in rows] == [
        "答一",
        "deleted or empty",
        "follows an answer that was left out",
    ]


def test_a_source_says_which_file_it_needs(tmp_path: Path) -> None:
    with pytest.raises(RawFileMissing, match=r"Put japanese_alpaca_data\*\.json\* there"):
        read("alpaca_ja", tmp_path)


def test_of_mkqas_answers_the_first_with_a_text_is_taken(tmp_path: Path) -> None:
    answers = [{"type": "entity", "text": None}, {"type": "binary", "text": "No"}, {"type": "entity", "text": "後"}]
    row = {"example_id": 1, "queries": {"ja": "問い"}, "answers": {"ja": answers}}
    (tmp_path / "mkqa.jsonl").write_bytes(msgspec.json.encode(row))
    assert [example.response for example in kept(read("mkqa", tmp_path))] == ["いいえ"]
