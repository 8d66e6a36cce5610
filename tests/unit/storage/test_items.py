"""Results item by item go into Parquet and come back as they were."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tehon.errors import Damaged
from tehon.records.record import Record
from tehon.records.scores import ItemResult
from tehon.storage import items
from tehon.storage.items import ITEMS, item_writer, read_items

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
RESULTS = st.builds(
    ItemResult,
    item=TEXT,
    task=st.sampled_from(["jnli", "vqa (stand-in)"]),
    template=TEXT,
    shots=st.integers(0, 9),
    seed=st.none() | st.integers(0, 2**40),
    shot_ids=st.lists(TEXT, max_size=3).map(tuple),
    context=TEXT,
    choices=st.lists(TEXT, max_size=3).map(tuple),
    logprobs=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=3).map(tuple),
    choice_tokens=st.lists(st.integers(0, 99), max_size=3).map(tuple),
    correct=st.none() | st.booleans(),
    end_logprob=st.none() | st.floats(-99, 0),
    finish=st.sampled_from(["end", "stop", "length", ""]),
)


def write(path: Path, results: list[ItemResult]) -> None:
    with item_writer(path) as rows:
        for result in results:
            rows.write(result)


@given(st.lists(RESULTS, max_size=5))
def test_what_is_written_comes_back(tmp_path_factory: pytest.TempPathFactory, results: list[ItemResult]) -> None:
    path = tmp_path_factory.mktemp("items") / ITEMS
    write(path, results)
    assert list(read_items(path, ItemResult)) == results


def test_the_same_results_give_the_same_bytes_however_many_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items, "GROUP_ROWS", 3)
    results = [ItemResult(item=str(n), task="x", template="1", shots=0, context="長い" * n) for n in range(8)]
    for name in ("a", "b"):
        write(tmp_path / name, results)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert pq.ParquetFile(tmp_path / "a").num_row_groups == 3
    assert list(read_items(tmp_path / "a", ItemResult)) == results


def test_only_the_fields_of_the_wanted_record_are_read(tmp_path: Path) -> None:
    class Asked(Record, kw_only=True):
        context: str
        item: str

    write(tmp_path / ITEMS, [ItemResult(item="1", task="x", template="1", shots=0, context="問い")])
    assert list(read_items(tmp_path / ITEMS, Asked)) == [Asked(context="問い", item="1")]


def test_nothing_is_left_of_a_file_whose_writing_failed(tmp_path: Path) -> None:
    def fail() -> None:
        with item_writer(tmp_path / ITEMS) as rows:
            rows.write(ItemResult(item="1", task="x", template="1", shots=0, context=""))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kept", [0, 4, 100, -1])
def test_a_cut_file_is_damaged(tmp_path: Path, kept: int) -> None:
    result = ItemResult(item="1", task="x", template="1", shots=0, context="")
    write(tmp_path / ITEMS, [replace(result, item=str(n)) for n in range(50)])
    (tmp_path / "cut").write_bytes((tmp_path / ITEMS).read_bytes()[:kept])
    with pytest.raises(Damaged, match="must hold results item by item"):
        list(read_items(tmp_path / "cut", ItemResult))


def test_a_missing_file_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        list(read_items(tmp_path / "nowhere", ItemResult))
