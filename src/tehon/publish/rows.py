"""Some columns of a release, row by row, in its order; what is not asked for is not read."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tehon.errors import Damaged
from tehon.storage.shards import BATCH_ROWS, shards

HISTORY = "history"


def batches(folder: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The release in batches, in constant memory.

    Raises:
        Damaged: a shard cannot be read.
    """
    for path in shards(folder):
        try:
            with pq.ParquetFile(path) as shard:
                yield from shard.iter_batches(BATCH_ROWS, columns=None if columns is None else list(columns))
        except (pa.ArrowInvalid, OSError) as error:
            raise Damaged(str(path), f"must be a shard of a release, but {error}", "Build the release again") from error


def rows(folder: Path, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The values of these columns, row by row.

    Raises:
        Damaged: a shard cannot be read.
    """
    for batch in batches(folder, columns):
        yield from zip(*(plain(batch.column(name)).to_pylist() for name in columns), strict=True)


def plain(column: pa.Array) -> pa.Array:
    """The column without a dictionary."""
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def conversations(folder: Path) -> int:
    """How many examples have earlier turns.

    Raises:
        Damaged: a shard cannot be read.
    """
    return sum(
        pc.sum(pc.greater(pc.list_value_length(batch.column(HISTORY)), 0)).as_py() or 0
        for batch in batches(folder, [HISTORY])
    )


def values(folder: Path, column: str) -> list[str]:
    """What stands in a column, each once, in alphabetical order.

    Raises:
        Damaged: a shard cannot be read.
    """
    return sorted(
        {value for batch in batches(folder, [column]) for value in pc.unique(batch.column(column)).to_pylist()}
    )
