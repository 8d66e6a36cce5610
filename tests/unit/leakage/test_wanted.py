from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tehon.errors import BadRawFile, EmptyData, RawFileMissing
from tehon.leakage.wanted import Wanted, item_files, of_file, of_item, of_row, of_task, own_file
from tehon.records.corpus import Example
from tehon.records.evaluation import Item
from tehon.tasks import TASKS


@pytest.fixture
def jnli(tmp_path: Path) -> Path:
    folder = tmp_path / "jnli"
    folder.mkdir()
    for name, content in TASKS["jnli"].sample.items():
        (folder / name).write_bytes(content)
    return tmp_path


def test_every_split_but_the_shots_is_held_out(jnli: Path) -> None:
    (jnli / "jnli" / "test-v1.3.json").write_bytes(TASKS["jnli"].sample["valid-v1.3.json"])
    found = item_files(TASKS["jnli"], jnli)
    assert {split: path.name for split, path in found.items()} == {
        "valid": "valid-v1.3.json",
        "test": "test-v1.3.json",
    }
    assert len(list(of_task(TASKS["jnli"], jnli))) == 6


def test_a_task_whose_file_is_missing_says_what_to_put_where(tmp_path: Path) -> None:
    with pytest.raises(RawFileMissing, match=r"put valid\*\.json into"):
        item_files(TASKS["jnli"], tmp_path)


def test_a_task_without_items_cannot_be_held_out(tmp_path: Path) -> None:
    def nothing(file: Path, split: str) -> Iterator[Item]:
        del file, split
        return iter(())

    (tmp_path / "jnli").mkdir()
    (tmp_path / "jnli" / "valid-v1.json").touch()
    with pytest.raises(EmptyData, match="must have items to be held out"):
        list(of_task(replace(TASKS["jnli"], read=nothing), tmp_path))


def test_a_question_is_wanted_without_its_passage_and_its_choices_apart(make_example: Callable[..., Example]) -> None:
    fields = {"context": "長い文章。", "question": "誰が来た？", "choice0": "犬", "choice1": "猫", "title": "題"}
    item = Item(example=make_example(0, "誰が来た？", "長い文章。"), fields=fields)
    assert of_item(item) == Wanted(
        asked=("誰が来た？",),
        choices=("犬", "猫"),
        wholes=("誰が来た？\n長い文章。", "長い文章。\n誰が来た？\n犬\n猫\n題"),
        passages=("長い文章。", "題"),
    )


def test_an_article_that_is_all_there_is_is_the_item_itself(make_example: Callable[..., Example]) -> None:
    item = Item(example=make_example(0, "要約してください。", "記事。"), fields={"article": "記事。"})
    assert of_item(item).asked == ("記事。",)


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        ({"instruction": "要約して", "input": "文章", "output": "約"}, [("要約して", "文章")]),
        ({"prompt": "何ですか", "completion": "犬"}, [("何ですか",)]),
        (
            {"messages": [{"role": "user", "content": "一問目"}, {"role": "assistant", "content": "答え"},
                          {"role": "user", "content": "続き"}, {"role": "assistant", "content": "答え"}]},
            [("一問目",)],
        ),
        ({"question": "誰？", "answer": "犬が来ました", "context": "犬が来ました。"}, [("誰？",)]),
        ({"premise": "犬が走る", "hypothesis": "犬がいる", "label": "entailment"}, [("犬が走る", "犬がいる")]),
        ({"sentence1": "犬が走る", "sentence2": "犬がいる", "pair_id": "12345678"}, [("犬が走る", "犬がいる")]),
        ({"質問文": "日本で一番高い山は？", "備考": "易"}, [("日本で一番高い山は？",)]),
        ({"turns": ["旅行の計画を立てて", "もっと短く書いてください"]},
         [("旅行の計画を立てて",), ("もっと短く書いてください",)]),
        ({"data": {"question": "誰が来ましたか", "answers": {"text": ["犬でしょうか"]}}}, [("誰が来ましたか",)]),
        ({"text": "これは何"}, [("これは何",)]),
        ({"id": 1, "score": 0.5}, []),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else None,
)  # fmt: skip
def test_a_row_of_any_layout_gives_what_it_asks(row: dict[str, object], asked: list[tuple[str, ...]]) -> None:
    assert [wanted.asked for wanted in of_row(row)] == asked


def test_a_question_of_a_row_keeps_its_choices() -> None:
    [named] = of_row({"question": "空の色は？", "choices": ["青", "赤"]})
    [numbered] = of_row({"question": "空の色は？", "choice0": "青", "choice1": "赤"})
    assert named.choices == numbered.choices == ("青", "赤")


def test_a_conversation_without_an_order_gives_its_texts() -> None:
    row = {"messages": [{"role": "assistant", "content": "こちらから話し始めます"}]}
    assert [wanted.asked for wanted in of_row(row)] == [("こちらから話し始めます",)]


def test_a_file_must_hold_objects_with_texts(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_bytes(msgspec.json.encode({"text": "見本の問い"}) + b"\n[1]\n")
    with pytest.raises(BadRawFile, match=r"mine\.jsonl:2"):
        list(of_file(file))
    file.write_bytes(b'{"score": 1}\n')
    with pytest.raises(EmptyData, match="must have a text to hold out"):
        list(of_file(file))
    with pytest.raises(RawFileMissing, match="Correct held_out_files"):
        own_file(str(tmp_path / "missing.jsonl"))
    assert own_file(str(file)) == file
