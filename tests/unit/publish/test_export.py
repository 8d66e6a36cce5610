import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tehon.errors import OutputTaken, RawFileMissing, UsageError
from tehon.publish.export import export
from tehon.publish.layouts import LAYOUTS
from tehon.records.corpus import Document, Example, ReadOptions
from tehon.records.publishing import LayoutName
from tehon.sources import SOURCES
from tehon.storage.manifest import read_manifest, verify

Write = Callable[..., Path]
LINES: tuple[LayoutName, ...] = ("alpaca", "sharegpt", "messages")


@pytest.fixture
def release(write_release: Write, mixed: list[Example], tmp_path: Path) -> Path:
    return write_release(tmp_path / "release", mixed)


def rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "train.jsonl").read_bytes().splitlines()]


def user_text(example: Example) -> str:
    return f"{example.instruction}\n\n{example.input}" if example.input else example.instruction


def test_alpaca_rows_hold_the_texts_and_earlier_turns_as_pairs(release: Path, tmp_path: Path) -> None:
    made = export(release, "alpaca", tmp_path / "out")
    found = rows(tmp_path / "out")
    assert found[0] == {"instruction": "空の色は？", "input": "", "output": "青です。", "system": "", "history": []}
    assert found[2]["system"] == "短く。"
    assert found[2]["history"] == [["空の色は？", "青です。"]]
    assert found[3]["history"] == [["一", "二"], ["三", "四"]]
    assert (made.examples, made.with_history, made.left_out) == (4, 2, {"turns do not alternate": 1})


def test_alpaca_rows_are_the_classic_three_where_nobody_spoke_before(
    write_release: Write, mixed: list[Example], tmp_path: Path
) -> None:
    release = write_release(tmp_path / "plain", mixed[:2])
    made = export(release, "alpaca", tmp_path / "out")
    assert [list(row) for row in rows(tmp_path / "out")] == [["instruction", "input", "output"]] * 2
    assert made.with_history == 0


def test_sharegpt_and_messages_keep_every_turn(release: Path, tmp_path: Path, mixed: list[Example]) -> None:
    sharegpt = export(release, "sharegpt", tmp_path / "sharegpt")
    messages = export(release, "messages", tmp_path / "messages")
    assert (sharegpt.examples, sharegpt.left_out) == (4, {"turns do not alternate": 1})
    assert (messages.examples, messages.left_out) == (5, {})
    for row, example in zip(rows(tmp_path / "messages"), mixed, strict=True):
        told = [(turn.role, turn.content) for turn in example.history]
        told += [("user", user_text(example)), ("assistant", example.response)]
        assert [(turn["role"], turn["content"]) for turn in row["messages"]] == told
    third = rows(tmp_path / "sharegpt")[2]["conversations"]
    assert [turn["from"] for turn in third] == ["system", "human", "gpt", "human", "gpt"]


@pytest.mark.parametrize("layout", LINES)
def test_our_own_source_reads_an_export_back_to_the_same_texts(
    release: Path, tmp_path: Path, mixed: list[Example], layout: LayoutName
) -> None:
    export(release, layout, tmp_path / "raw")
    for name in ("dataset_info.json", "manifest.json"):
        (tmp_path / "raw" / name).unlink()
    read = [row for row in SOURCES["jsonl"].read(tmp_path / "raw", ReadOptions()) if isinstance(row, Example)]
    alternating = [example for example in mixed if example.upstream_id != "0" or example.source != "b"]
    assert [(user_text(row), row.response, row.history) for row in read] == [
        (user_text(example), example.response, example.history) for example in alternating
    ]


@pytest.mark.parametrize("layout", LINES)
def test_llama_factory_finds_the_file_and_its_keys(release: Path, tmp_path: Path, layout: LayoutName) -> None:
    export(release, layout, tmp_path / "out")
    entry = json.loads((tmp_path / "out" / "dataset_info.json").read_bytes())["small"]
    assert (tmp_path / "out" / entry["file_name"]).is_file()
    assert entry.get("formatting", "alpaca") == ("alpaca" if layout == "alpaca" else "sharegpt")
    assert set(entry["columns"].values()) <= set(rows(tmp_path / "out")[0])
    tags = (
        {"from", "value"}
        if layout == "sharegpt"
        else {entry["tags"]["role_tag"], entry["tags"]["content_tag"]}
        if layout == "messages"
        else set()
    )
    for column in ("messages", "conversations"):
        for turn in rows(tmp_path / "out")[0].get(column, []):
            assert set(turn) == tags


@pytest.mark.parametrize("layout", LINES)
def test_rows_say_where_they_come_from_when_asked(release: Path, tmp_path: Path, layout: LayoutName) -> None:
    export(release, layout, tmp_path / "out", with_origin=True)
    last = rows(tmp_path / "out")[-1]
    assert (last["id"], last["source"], last["licence"]) == ("b/000001", "b", "MIT")
    assert not {"id", "source", "licence"} & LAYOUTS[layout].factory(True)["columns"].keys()  # noqa: FBT003


def test_hf_files_hold_one_source_cluster_and_licence_each_in_order(
    release: Path, tmp_path: Path, mixed: list[Example]
) -> None:
    made = export(release, "hf", tmp_path / "out")
    files = sorted((tmp_path / "out" / "data").iterdir())
    tables = [pq.read_table(path).to_pylist() for path in files]
    assert all(len({(row["source"], row["cluster"], row["licence"]) for row in table}) == 1 for table in tables)
    found = [row["id"] for table in tables for row in table]
    assert sorted(found) == sorted(example.id for example in mixed)
    assert found == ["a/000000", "a/000002", "a/000001", "b/000000", "b/000001"]
    assert made.examples == len(mixed)


def test_licence_and_attributions_go_along(release: Path, tmp_path: Path) -> None:
    for layout in (*LINES, "hf"):
        export(release, layout, tmp_path / layout)
        assert (tmp_path / layout / "LICENSE").read_text("utf-8") == "the licence"
        assert (tmp_path / layout / "NOTICE.md").read_text("utf-8") == "the notice"
        verify(tmp_path / layout, read_manifest(tmp_path / layout, "export"))


def test_two_exports_have_the_same_bytes(release: Path, tmp_path: Path) -> None:
    for layout in (*LINES, "hf"):
        for name in ("x", "y"):
            export(release, layout, tmp_path / f"{name}-{layout}")
        first, second = (
            {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
            for folder in (tmp_path / f"x-{layout}", tmp_path / f"y-{layout}")
        )
        assert first == second


def test_a_finished_export_is_returned_and_another_never_overwrites_it(release: Path, tmp_path: Path) -> None:
    first = export(release, "messages", tmp_path / "out")
    stamp = (tmp_path / "out" / "train.jsonl").stat().st_mtime_ns
    assert export(release, "messages", tmp_path / "out") == first
    assert (tmp_path / "out" / "train.jsonl").stat().st_mtime_ns == stamp
    with pytest.raises(OutputTaken):
        export(release, "alpaca", tmp_path / "out")


def test_a_folder_with_files_of_somebody_else_is_left_alone(release: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "train.jsonl").write_text("mine")
    with pytest.raises(OutputTaken):
        export(release, "messages", tmp_path / "out")
    assert (tmp_path / "out" / "train.jsonl").read_text() == "mine"


def test_what_a_killed_export_left_is_no_part_of_the_next(release: Path, tmp_path: Path) -> None:
    left = tmp_path / ".out.partial"
    left.mkdir()
    (left / "train.jsonl").write_text("half")
    (tmp_path / "out").mkdir()
    export(release, "messages", tmp_path / "out")
    assert len(rows(tmp_path / "out")) == 5
    assert not left.exists()


def test_only_finished_releases_are_exported(tmp_path: Path) -> None:
    with pytest.raises(RawFileMissing, match="must be a finished release"):
        export(tmp_path, "messages", tmp_path / "out")


def test_documents_are_exported_as_parquet_alone(write_release: Write, tmp_path: Path) -> None:
    texts = [
        Document(
            id=f"a/{n}", upstream_id=str(n), text="本文", source="a", split="all", language="ja", licence="CC0-1.0"
        )
        for n in range(3)
    ]  # fmt: skip
    release = write_release(tmp_path / "texts", texts)
    assert export(release, "hf", tmp_path / "hf").examples == 3
    with pytest.raises(UsageError, match="holds documents"):
        export(release, "alpaca", tmp_path / "out")
