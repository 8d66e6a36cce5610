"""Results item by item as Parquet: one row an item of a cell, one column a field of the record."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import inspect

from tehon.errors import Damaged
from tehon.records.record import Record
from tehon.records.scores import ItemResult
from tehon.storage.atomic import atomic_path

ITEMS = "items.parquet"
"""In every finished evaluation: everything that its scores are computed from."""
GROUP_ROWS = 4096
R = TypeVar("R", bound=Record)
_PLAIN: dict[type[inspect.Type], pa.DataType] = {
    inspect.StrType: pa.string(),
    inspect.LiteralType: pa.string(),
    inspect.IntType: pa.int64(),
    inspect.FloatType: pa.float64(),
    inspect.BoolType: pa.bool_(),
}


class ItemWriter:
    """Writes results as they come, in groups of GROUP_ROWS, so that memory is constant.

    Args:
        shard: the open file.
    """

    def __init__(self, shard: pq.ParquetWriter) -> None:
        """Hold nothing yet."""
        self._shard = shard
        self._held: list[ItemResult] = []

    def write(self, result: ItemResult) -> None:
        """Take in one result."""
        self._held.append(result)
        if len(self._held) == GROUP_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        if self._held:
            self._shard.write_batch(_batch(self._held))
            self._held = []


@contextmanager
def item_writer(path: Path) -> Iterator[ItemWriter]:
    """A writer of a new file, which is there, and whole, when the block ends well."""
    with atomic_path(path) as partial, pq.ParquetWriter(partial, schema(), compression="zstd") as shard:
        writer = ItemWriter(shard)
        yield writer
        writer.flush()


def _batch(results: Sequence[ItemResult]) -> pa.RecordBatch:
    columns = zip(*map(msgspec.structs.astuple, results), strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema(), strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema())


@cache
def schema() -> pa.Schema:
    """One column a field of ItemResult, of the same name."""
    told = inspect.type_info(ItemResult)
    if not isinstance(told, inspect.StructType):
        raise TypeError(told)
    return pa.schema([_field(field) for field in told.fields])


def _field(field: inspect.Field) -> pa.Field:
    kind = field.type
    if isinstance(kind, inspect.UnionType):
        [inner] = (each for each in kind.types if not isinstance(each, inspect.NoneType))
        return pa.field(field.name, _PLAIN[type(inner)], nullable=True)
    if isinstance(kind, inspect.VarTupleType):
        return pa.field(field.name, pa.list_(_PLAIN[type(kind.item_type)]), nullable=False)
    return pa.field(field.name, _PLAIN[type(kind)], nullable=False)


def read_items(path: Path, kind: type[R]) -> Iterator[R]:
    """The rows of a file in order, as records of a kind; only the columns that are its fields are read.

    Raises:
        Damaged: the file is not readable, or holds something else.
    """
    try:
        with pq.ParquetFile(path) as shard:
            for batch in shard.iter_batches(GROUP_ROWS, columns=list(kind.__struct_fields__)):
                yield from msgspec.convert(_rows(batch), list[kind])  # type: ignore[valid-type]
    except (pa.ArrowInvalid, OSError, msgspec.ValidationError) as error:
        raise Damaged(str(path), f"must hold results item by item, but {error}", "Evaluate again") from error


def _rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """Column by column, which takes a fraction of the time that Arrow takes row by row."""
    names = batch.schema.names
    columns = [column.to_pylist() for column in batch.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
