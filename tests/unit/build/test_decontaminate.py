from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.build.decontaminate import decontaminate, held_out, item_files, item_keys
from tehon.errors import EmptyData, RawFileMissing
from tehon.records.corpus import Drop, Example
from tehon.records.evaluation import Item
from tehon.tasks import TASKS


def example(instruction: str, material: str = "") -> Example:
    return Example(
        id="s/0", upstream_id="0", instruction=instruction, input=material, response="r", source="s", part="p",
        split="all", cluster="general", language="ja", licence="MIT",
    )  # fmt: skip


ITEM = Item(
    example=example("関係を答えてください。", "前提：犬が海辺を走っています。\n仮説：海の近くに犬がいます。"),
    fields={"premise": "犬が海辺を走っています。", "hypothesis": "海の近くに犬がいます。"},
)
SHORT = Item(example=example("これは何？"), fields={"question": "これは何？"})


def left_out(*examples: Example) -> list[bool]:
    keys = {"jnli": item_keys([ITEM, SHORT])}
    return [isinstance(row, Drop) and row.reason == "asked by jnli" for row in decontaminate(examples, keys)]


def test_an_item_is_known_again_in_other_writing_and_under_another_instruction() -> None:
    assert (
        left_out(
            ITEM.example,
            example("関係を答えてください", "前提:犬が海辺を走っています。 仮説:海の近くに犬がいます"),
            example("二文は同じ意味ですか？", "犬が海辺を走っています。海の近くに犬がいます。"),
            example("犬が海辺を走っています。\n海の近くに犬がいます。"),
        )
        == [True] * 4
    )


def test_half_an_item_and_a_shared_instruction_are_no_leak() -> None:
    assert left_out(
        example("言い換えてください。", "犬が海辺を走っています。"),
        example("関係を答えてください。", "前提：猫がいます。\n仮説：動物がいます。"),
    ) == [False, False]


def test_a_short_question_is_only_known_as_a_whole() -> None:
    assert left_out(example("これは何？"), example("絵を見て答えてください。", "これは何？")) == [True, False]


def test_punctuation_alone_is_never_a_match() -> None:
    keys = {"jnli": item_keys([Item(example=example("？"), fields={"question": "！"})])}
    assert [type(row) for row in decontaminate([example("。。。")], keys)] == [Example]


def test_every_split_but_the_shots_is_held_out(tmp_path: Path) -> None:
    folder = tmp_path / "jnli"
    folder.mkdir()
    for name, content in TASKS["jnli"].sample.items():
        (folder / name).write_bytes(content)
    (folder / "test-v1.3.json").write_bytes(TASKS["jnli"].sample["valid-v1.3.json"])
    assert [path.name for path in item_files(TASKS["jnli"], tmp_path)] == ["valid-v1.3.json", "test-v1.3.json"]
    assert held_out(TASKS["jnli"], tmp_path)


def test_a_task_whose_file_is_missing_says_what_to_put_where(tmp_path: Path) -> None:
    with pytest.raises(RawFileMissing, match=r"Put valid\*\.json into"):
        item_files(TASKS["jnli"], tmp_path)


def test_a_task_without_items_cannot_be_held_out(tmp_path: Path) -> None:
    def nothing(file: Path) -> Iterator[Item]:
        del file
        return iter(())

    (tmp_path / "jnli").mkdir()
    (tmp_path / "jnli" / "valid-v1.json").touch()
    with pytest.raises(EmptyData, match="must have items to be held out"):
        held_out(replace(TASKS["jnli"], read=nothing), tmp_path)
