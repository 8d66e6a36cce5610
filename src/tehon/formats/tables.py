"""The rows of a table in any of the layouts in which datasets are shared: Parquet, Arrow, CSV, TSV, JSON, JSON Lines.

Parquet and Arrow are read batch by batch, and only the columns that are needed, so that memory holds neither a file nor
a picture that nobody asked for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec.structs import replace

from tehon.errors import BadRawFile
from tehon.formats.delimited import Delimiter, read_delimited
from tehon.formats.gz import unpacked_lines
from tehon.formats.json_array import file_rows
from tehon.formats.json_lines import decode_row, json_rows, raw_lines
from tehon.formats.pieces import cut, spans
from tehon.records.rows import LeftOut

TableRow = tuple[str, dict[str, Any]]
"""Place (`file:number`, from 1) and fields."""
BATCH_ROWS = 1000
PIECE_ROWS = 50_000
"""Row groups are taken together until they have as many."""
DELIMITERS: dict[str, Delimiter] = {".csv": ",", ".tsv": "\t"}
LINES, JSON = (".jsonl", ".ndjson"), ".json"
PARQUET, ARROW = ".parquet", ".arrow"
LAYOUTS = (PARQUET, ARROW, *DELIMITERS, *LINES, JSON)
NOT_TEXT = "text that is not UTF-8"


class Table(NamedTuple):
    """One file.

    Attributes:
        path: where it lies.
        where: its name in places.
        columns: what is needed of it.
        encoding: of CSV and TSV.
    """

    path: Path
    where: str
    columns: frozenset[str]
    encoding: str = "utf-8"


def layout(path: Path) -> str:
    """The layout that a file's name says, without the ending of a packed file; empty if none is known."""
    suffix = Path(path.name.removesuffix(".gz")).suffix
    packable = (*DELIMITERS, *LINES)
    return suffix if suffix in (packable if path.name.endswith(".gz") else LAYOUTS) else ""


def table_pieces(path: Path) -> tuple[str, ...]:
    """Names of the pieces in which a file can be read, at least one: groups of Parquet's rows, stretches of lines.

    Raises:
        BadRawFile: it is damaged.
    """
    if layout(path) != PARQUET:
        return cut((path,), _holds_lines)
    with _whole(path), pq.ParquetFile(path) as file:
        return tuple(map(str, range(max(1, len(_groups(file))))))


def read_table(table: Table, piece: str = "") -> Iterator[TableRow | LeftOut]:
    """Every row, or those of one piece, or why one cannot be read.

    Raises:
        BadRawFile: the file is damaged or of no known layout, or has no such column.
        UnknownName: no piece has this name.
    """
    kind = layout(table.path)
    if kind == PARQUET:
        yield from _parquet(table, piece)
    elif kind == ARROW:
        yield from _arrow(table)
    elif kind in DELIMITERS:
        lines = unpacked_lines(table.path)
        yield from read_delimited(lines, table.where, DELIMITERS[kind], quoted=True, encoding=table.encoding)
    elif _holds_lines(table.path):
        decoder = msgspec.json.Decoder(dict[str, Any])
        for span in spans((table.path,), _holds_lines, piece):
            for raw in raw_lines(span.lines(), table.where, span.number, span.start):
                yield decode_row(raw, decoder)
    elif kind in LINES:
        yield from json_rows(unpacked_lines(table.path), table.where, dict[str, Any])
    elif kind == JSON:
        for row in file_rows(table.path, dict[str, Any]):
            yield _renamed(row, table)
    else:
        problem = f"must end in {', '.join(LAYOUTS)}, so that its layout is known"
        raise BadRawFile(str(table.path), problem, "Convert it, or name other files in the mapping")


def _renamed(row: TableRow | LeftOut, table: Table) -> TableRow | LeftOut:
    """The row with the file's whole name in its place."""
    if isinstance(row, LeftOut):
        return replace(row, place=table.where + row.place.removeprefix(table.path.name))
    return table.where + row[0].removeprefix(table.path.name), row[1]


def _holds_lines(path: Path) -> bool:
    """Whether a file is one of lines that can be read apart."""
    return path.suffix in LINES


def _parquet(table: Table, piece: str) -> Iterator[TableRow | LeftOut]:
    with _whole(table.path), pq.ParquetFile(table.path) as file:
        _see_columns(table, file.schema_arrow.names)
        groups = _groups(file)
        number = 1
        for place, group in enumerate(groups):
            if piece in {"", str(place)}:
                batches = file.iter_batches(BATCH_ROWS, row_groups=group, columns=sorted(table.columns))
                yield from _batches(table, batches, number)
            number += sum(file.metadata.row_group(index).num_rows for index in group)


def _groups(file: Any) -> list[list[int]]:  # noqa: ANN401 - pyarrow has no types
    """Row groups in their order, taken together into pieces."""
    groups: list[list[int]] = []
    rows = PIECE_ROWS
    for index in range(file.num_row_groups):
        if rows >= PIECE_ROWS:
            groups.append([])
            rows = 0
        groups[-1].append(index)
        rows += file.metadata.row_group(index).num_rows
    return groups


def _arrow(table: Table) -> Iterator[TableRow | LeftOut]:
    """A file as `save_to_disk` writes it: one stream of batches."""
    with _whole(table.path), pa.memory_map(str(table.path)) as mapped, pa.ipc.open_stream(mapped) as stream:
        _see_columns(table, stream.schema.names)
        number = 1
        for batch in stream:
            needed = batch.select(sorted(table.columns))
            parts = (needed.slice(start, BATCH_ROWS) for start in range(0, len(needed), BATCH_ROWS))
            yield from _batches(table, parts, number)
            number += len(needed)


def _batches(table: Table, batches: Iterator[Any], number: int) -> Iterator[TableRow | LeftOut]:
    for batch in batches:
        for row in _rows(batch):
            place = f"{table.where}:{number}"
            yield LeftOut(place=place, reason=NOT_TEXT, damaged=True) if row is None else (place, row)
            number += 1


def _rows(batch: Any) -> list[dict[str, Any] | None]:  # noqa: ANN401
    """The rows of a batch; None for one whose text is damaged."""
    try:
        rows: list[dict[str, Any] | None] = batch.to_pylist()
    except UnicodeDecodeError:
        if len(batch) == 1:
            return [None]
        half = len(batch) // 2
        return _rows(batch.slice(0, half)) + _rows(batch.slice(half))
    return rows


def _see_columns(table: Table, names: list[str]) -> None:
    for column in sorted(table.columns):
        if column not in names:
            near = get_close_matches(column, names, n=3)
            remedy = f"Perhaps {' or '.join(near)} is meant" if near else f"It has {', '.join(names)}"
            raise BadRawFile(str(table.path), f"must have the column {column}, but has none of that name", remedy)


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """Errors of pyarrow as errors for the user."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        problem = f"must be a whole {layout(path).removeprefix('.')} file, but {reason}"
        raise BadRawFile(str(path), problem, "Fetch the file again") from error
