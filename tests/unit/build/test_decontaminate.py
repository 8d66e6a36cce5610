from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.build.decontaminate import decontaminate, held_out, item_files, item_keys
from tehon.errors import EmptyData, RawFileMissing
from tehon.records.corpus import Drop, Example, ReadOptions
from tehon.records.evaluation import Item
from tehon.sources import SOURCES
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


def test_a_pair_is_known_again_in_the_other_order_and_under_other_names() -> None:
    first, second = ITEM.fields.values()
    assert (
        left_out(
            example("どれくらい似ていますか。", f"文１：{second}\n文２：{first}"),
            example("似ていますか。", f"{first}\n{second}"),
            example(f"A: {second}\n\nB: {first}"),
        )
        == [True] * 3
    )
    assert (
        left_out(
            example("似ていますか。", f"文１：{first}\n文２：{first}"),
            example("似ていますか。", f"文１：{first}\n文２：猫がいます。"),
            example("似ていますか。", f"文１：{first}"),
        )
        == [False] * 3
    )


def test_a_pair_of_short_words_is_too_common_to_prove_anything() -> None:
    item = Item(example=example("関係は？", "前提：犬\n仮説：猫"), fields={"premise": "犬", "hypothesis": "猫"})
    rows = decontaminate([example("似ていますか。", "文１：犬\n文２：猫")], {"jnli": item_keys([item])})
    assert [type(row) for row in rows] == [Example]


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
    with pytest.raises(RawFileMissing, match=r"put valid\*\.json into"):
        item_files(TASKS["jnli"], tmp_path)


def test_a_task_without_items_cannot_be_held_out(tmp_path: Path) -> None:
    def nothing(file: Path) -> Iterator[Item]:
        del file
        return iter(())

    (tmp_path / "jnli").mkdir()
    (tmp_path / "jnli" / "valid-v1.json").touch()
    with pytest.raises(EmptyData, match="must have items to be held out"):
        held_out(replace(TASKS["jnli"], read=nothing), tmp_path)


def test_jsts_holds_1487_of_jnlis_valid_pairs_and_all_are_found(shared: Path) -> None:
    jglue = shared / "jglue"
    keys = {"jnli": item_keys(TASKS["jnli"].read(jglue / "jnli-v1.3" / "valid-v1.3.json"))}
    rows = SOURCES["jsts"].read(jglue / "jsts-v1.3", ReadOptions())
    pairs = [example for example in rows if isinstance(example, Example)]
    kept = {pair(row.input) for row in decontaminate(pairs, keys) if isinstance(row, Example)}
    found = {pair(example.input) for example in pairs} - kept
    valid = [pair(item.example.input) for item in TASKS["jnli"].read(jglue / "jnli-v1.3" / "valid-v1.3.json")]
    assert sum(asked in found for asked in valid) == 1487


def pair(text: str) -> frozenset[str]:
    return frozenset(line.partition("：")[2] for line in text.splitlines())
