"""What a report reads of its folders, and what it refuses to read."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from tehon.errors import Damaged, DataError
from tehon.records.files import Manifest
from tehon.records.prompt import Segment
from tehon.records.scores import ItemResult
from tehon.report.read import open_folders, read_folders
from tehon.report.run import report
from tehon.storage.atomic import write_bytes
from tehon.storage.items import ITEMS, item_writer, read_items, schema
from tehon.storage.manifest import MANIFEST, finish, pretty, read_manifest
from tehon.storage.shards import count_by_cluster

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]


def seal(folder: Path, manifest: Manifest, **changes: object) -> None:
    """Write a manifest over the folder as it is now, so that only its content is wrong."""
    made = finish(folder, manifest.kind, config={}, inputs={}, result=Segment(text=""), provenance=manifest.provenance)
    write_bytes(folder / MANIFEST, pretty(replace(made, result=manifest.result | changes)))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"{}\n", b"PAR1" + bytes(40) + b"PAR1"])
def test_a_file_that_is_no_parquet_is_named(pair: list[Path], tmp_path: Path, content: bytes) -> None:
    manifest = read_manifest(pair[0], "scores")
    write_bytes(pair[0] / ITEMS, content)
    seal(pair[0], manifest)
    with pytest.raises(Damaged, match=r"items\.parquet: must hold results item by item"):
        report(pair, tmp_path / "report")


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"item": ["a"]}),
        pa.table({name: [1] for name in schema().names}),
        pa.table({"item": ["a", None]}),
    ],
)
def test_a_table_of_something_else_is_named(pair: list[Path], tmp_path: Path, table: pa.Table) -> None:
    manifest = read_manifest(pair[0], "scores")
    pq.write_table(table, pair[0] / ITEMS)
    seal(pair[0], manifest)
    with pytest.raises(Damaged, match=r"items\.parquet: must hold results item by item"):
        report(pair, tmp_path / "report")


def test_an_item_stands_once_in_a_cell(pair: list[Path], tmp_path: Path) -> None:
    manifest = read_manifest(pair[0], "scores")
    items = list(read_items(pair[0] / ITEMS, ItemResult))
    with item_writer(pair[0] / ITEMS) as rows:
        for item in (*items, items[0]):
            rows.write(item)
    seal(pair[0], manifest)
    with pytest.raises(Damaged, match="weather/000000 stands twice in weather"):
        report(pair, tmp_path / "report")


def test_scores_of_another_layout_are_damaged(pair: list[Path], tmp_path: Path) -> None:
    manifest = read_manifest(pair[0], "scores")
    write_bytes(pair[0] / "scores.json", b"[]")
    seal(pair[0], manifest)
    with pytest.raises(Damaged, match=r"scores\.json: must be scores"):
        report(pair, tmp_path / "report")


def test_an_evaluation_without_scores_is_refused(write_scores: Write, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="must hold at least one score"):
        report([write_scores("empty", [])], tmp_path / "report")


def test_a_release_is_counted_by_cluster_and_source_the_largest_first(release: Path) -> None:
    assert count_by_cluster(release) == {
        "correction": {"typos": 60},
        "question answering": {"jqac": 30, "quiz": 10},
    }


def test_a_release_that_lost_a_shard_is_noticed(pair: list[Path], release: Path, tmp_path: Path) -> None:
    (release / "data" / "00-test-00000.parquet").unlink()
    with pytest.raises(Damaged, match="must hold 100 examples as its manifest says, but holds 0"):
        report([*pair, release], tmp_path / "report")


def test_a_shard_that_cannot_be_read_is_named(pair: list[Path], release: Path, tmp_path: Path) -> None:
    (release / "data" / "00-test-00000.parquet").write_bytes(b"PAR1")
    with pytest.raises(Damaged, match=r"00-test-00000\.parquet: must be a shard"):
        report([*pair, release], tmp_path / "report")


def test_an_adapter_of_another_layout_is_damaged(pair: list[Path], adapter: Path, tmp_path: Path) -> None:
    seal(adapter, read_manifest(adapter, "adapter"), parameters="many")
    with pytest.raises(Damaged, match="its manifest must hold a result of its kind"):
        report([*pair, adapter], tmp_path / "report")


def test_the_curve_is_every_line_with_a_step_and_a_loss(pair: list[Path], adapter: Path) -> None:
    manifest = read_manifest(adapter, "adapter")
    write_bytes(adapter / "metrics.jsonl", b'{"step": 1, "loss": 2.5, "x": 0}\n{"step": 2, "validation_loss": 3}\n')
    seal(adapter, manifest)
    (tuning,) = read_folders(open_folders([*pair, adapter])).tunings
    assert [(point.step, point.loss) for point in tuning.curve] == [(1, 2.5)]
