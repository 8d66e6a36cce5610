"""Rows sorted into Parquet files by source, task cluster and licence, each in the order in which it came."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

import pyarrow as pa
import pyarrow.compute as pc

from tehon.publish.row_files import RowFiles
from tehon.publish.rows import plain
from tehon.records.record import Record
from tehon.writing.hub import slug


class Sorted(Record, kw_only=True):
    """Rows that have all of this in common; documents have no cluster.

    Attributes:
        source, cluster, licence: what they have in common.
        prefix: begins the names of their files.
        rows: how many there are.
        size_bytes: of them in memory.
    """

    source: str
    cluster: str
    licence: str
    prefix: str
    rows: int
    size_bytes: int


class _Key(NamedTuple):
    source: str
    cluster: str
    licence: str


class Sorter:
    """Writes files into a folder; whole only once the block has ended.

    Args:
        folder: made if need be.
        schema: of the files.

    Attributes:
        groups: what was written, in order; known once the block has ended.
    """

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        """Nothing has come yet."""
        self.folder = folder
        self.schema = schema
        self.groups: list[Sorted] = []
        self._open: dict[_Key, RowFiles] = {}
        self._count = 0

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *raised: object) -> None:
        self._close()

    def add(self, batch: pa.RecordBatch) -> None:
        """Sort one batch in; a source whose rows have passed is closed, since a release keeps each together."""
        table = pa.table({field.name: plain(batch.column(field.name)) for field in self.schema}, schema=self.schema)
        for key, rows in _split(table):
            if any(opened.source != key.source for opened in self._open):
                self._close()
            if key not in self._open:
                self._open[key] = RowFiles(self.folder, self._prefix(key), self.schema)
            self._open[key].add(rows)

    def _prefix(self, key: _Key) -> str:
        self._count += 1
        return "-".join([f"{self._count - 1:03d}", slug(key.source), *([slug(key.cluster)] if key.cluster else []), ""])

    def _close(self) -> None:
        for key, group in self._open.items():
            group.close()
            self.groups.append(
                Sorted(
                    source=key.source, cluster=key.cluster, licence=key.licence,
                    prefix=group.prefix, rows=group.rows, size_bytes=group.size_bytes,
                )
            )  # fmt: skip
        self._open.clear()


def _split(table: pa.Table) -> Iterator[tuple[_Key, pa.Table]]:
    """The rows of each key, in the order in which the keys come up."""
    names = [name for name in _Key._fields if name in table.column_names]
    keys = table.group_by(names, use_threads=False).aggregate([])
    for found in keys.to_pylist():
        chosen = pa.scalar(True)  # noqa: FBT003 - arrow's own form
        for name in names:
            chosen = pc.and_(chosen, pc.equal(table.column(name), found[name]))
        rows = table if keys.num_rows == 1 else table.filter(chosen)
        yield _Key(found["source"], found.get("cluster", ""), found["licence"]), rows
