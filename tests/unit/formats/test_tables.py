"""Tables of every layout give the same rows, and a damaged one is an error or a counted row."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tehon.errors import BadRawFile
from tehon.formats import pieces, tables
from tehon.formats.tables import NOT_TEXT, Table, layout, read_table, table_pieces
from tehon.records.rows import LeftOut

ROWS = [{"q": f"問い{number}", "a": f"答え、\n「{number}」"} for number in range(7)]
COLUMNS = frozenset({"q", "a"})


def lines(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def arrow(path: Path, rows: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(rows)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
        for batch in table.to_batches(max_chunksize=3):
            stream.write_batch(batch)


def separated(path: Path, rows: list[dict[str, Any]], delimiter: str) -> None:
    options = pa.csv.WriteOptions(delimiter=delimiter)
    pa.csv.write_csv(pa.Table.from_pylist(rows), path, write_options=options)


WRITERS: dict[str, Callable[[Path, list[dict[str, Any]]], object]] = {
    "x.parquet": lambda path, rows: pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=3),
    "x.arrow": arrow,
    "x.csv": lambda path, rows: separated(path, rows, ","),
    "x.tsv": lambda path, rows: separated(path, rows, "\t"),
    "x.jsonl": lambda path, rows: path.write_bytes(lines(rows)),
    "x.ndjson": lambda path, rows: path.write_bytes(lines(rows)),
    "x.jsonl.gz": lambda path, rows: path.write_bytes(gzip.compress(lines(rows))),
    "x.json": lambda path, rows: path.write_text(json.dumps(rows), "utf-8"),
}


def read(path: Path, columns: frozenset[str] = COLUMNS, piece: str = "") -> list[Any]:
    return list(read_table(Table(path, path.name, columns), piece))


@pytest.mark.parametrize("name", WRITERS)
def test_every_layout_gives_the_same_rows(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name, ROWS)
    found = read(tmp_path / name)
    assert [row for _, row in found] == ROWS
    assert len({place for place, _ in found}) == len(ROWS)
    assert all(place.startswith(f"{name}:") for place, _ in found)


@pytest.mark.parametrize("name", WRITERS)
def test_places_name_the_file_as_its_reader_does(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name, ROWS)
    found = list(read_table(Table(tmp_path / name, f"data/{name}", COLUMNS)))
    assert all(not isinstance(row, LeftOut) and row[0].startswith(f"data/{name}:") for row in found)


def test_only_the_needed_columns_are_read(tmp_path: Path) -> None:
    rows = [{"q": "問い", "picture": b"\0" * 100, "a": {"text": ["答え"]}}]
    for name in ("x.parquet", "x.arrow"):
        WRITERS[name](tmp_path / name, rows)
        assert read(tmp_path / name) == [(f"{name}:1", {"a": {"text": ["答え"]}, "q": "問い"})]


@pytest.mark.parametrize("name", ["x.parquet", "x.arrow"])
def test_a_missing_column_is_named_with_its_near_ones(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name, [{"question": "問い"}])
    with pytest.raises(BadRawFile, match=r"must have the column questoin, .* Perhaps question is meant\."):
        read(tmp_path / name, frozenset({"questoin"}))
    with pytest.raises(BadRawFile, match=r"It has question\."):
        read(tmp_path / name, frozenset({"x"}))


def test_pieces_are_groups_of_rows_and_together_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS), path, row_group_size=1)
    monkeypatch.setattr(tables, "PIECE_ROWS", 3)
    assert table_pieces(path) == ("0", "1", "2")
    apart = [read(path, piece=piece) for piece in table_pieces(path)]
    assert [len(rows) for rows in apart] == [3, 3, 1]
    assert [row for rows in apart for row in rows] == read(path)
    assert [place for place, _ in read(path)] == [f"x.parquet:{number}" for number in range(1, 8)]


def test_an_empty_table_has_one_piece_and_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.schema([("q", pa.string()), ("a", pa.string())]).empty_table(), path)
    assert (table_pieces(path), read(path)) == (("0",), [])
    assert read(path, piece="0") == []


@pytest.mark.parametrize("name", WRITERS)
def test_in_every_layout_the_pieces_together_are_the_whole(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "PIECE_ROWS", 2)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 100)
    WRITERS[name](tmp_path / name, ROWS)
    names = table_pieces(tmp_path / name)
    assert (len(names) > 1) is (name in {"x.parquet", "x.jsonl", "x.ndjson"})
    assert [row for piece in names for row in read(tmp_path / name, piece=piece)] == read(tmp_path / name)


def test_a_text_that_is_not_utf8_costs_its_own_row_alone(tmp_path: Path) -> None:
    values = [b"\xe5\x95\x8f", b"\xff\xfe", b"ok"]
    column = pa.array(values, pa.binary()).view(pa.string())
    pq.write_table(pa.table({"q": column}), tmp_path / "x.parquet")
    assert read(tmp_path / "x.parquet", frozenset({"q"})) == [
        ("x.parquet:1", {"q": "問"}),
        LeftOut(place="x.parquet:2", reason=NOT_TEXT, damaged=True),
        ("x.parquet:3", {"q": "ok"}),
    ]


@pytest.mark.parametrize("name", ["x.parquet", "x.arrow"])
@pytest.mark.parametrize("cut", [0, 4, 60, -20])
def test_a_truncated_or_foreign_file_is_an_error(name: str, cut: int, tmp_path: Path) -> None:
    path = tmp_path / name
    WRITERS[name](path, ROWS * 50)
    data = path.read_bytes()
    path.write_bytes(data[:cut] if cut else b"not a table at all")
    with pytest.raises(BadRawFile, match="must be a whole"):
        read(path)


def test_a_damaged_row_of_json_lines_is_counted_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b'{"q": 1}\n{broken\n{"q": 2}\n')
    first, broken, last = read(tmp_path / "x.jsonl", frozenset({"q"}))
    assert (first, last) == (("x.jsonl:1", {"q": 1}), ("x.jsonl:3", {"q": 2}))
    assert isinstance(broken, LeftOut)
    assert (broken.place, broken.damaged, broken.byte_offset) == ("x.jsonl:2", True, 9)


@pytest.mark.parametrize(
    ("name", "known"),
    [("a.parquet", ".parquet"), ("a.csv.gz", ".csv"), ("a.parquet.gz", ""), ("a.py", ""), ("a", ""), ("a.json.gz", "")],
)
def test_a_layout_is_told_by_the_name_and_never_guessed(name: str, known: str, tmp_path: Path) -> None:
    assert layout(tmp_path / name) == known


def test_a_file_of_no_known_layout_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"x")
    with pytest.raises(BadRawFile, match=r"must end in \.parquet, "):
        read(tmp_path / "a.xlsx")
