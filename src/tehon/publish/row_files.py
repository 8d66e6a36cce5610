"""Rows that are gathered, then written into Parquet files of a bounded size."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FILE_ROWS = 500_000
"""Rows of one file at most: some hundred megabytes."""
GATHERED_ROWS = 50_000
"""Rows that are held in memory before they are written as one row group."""


class RowFiles:
    """Parquet files of one kind of rows, numbered; whole once they are closed.

    Args:
        folder: where they lie.
        prefix: begins their names.
        schema: of the rows.

    Attributes:
        rows: how many have come.
        size_bytes: of them in memory.
    """

    def __init__(self, folder: Path, prefix: str, schema: pa.Schema) -> None:
        """Nothing has come yet."""
        self.prefix = prefix
        self.rows = 0
        self.size_bytes = 0
        self._folder, self._schema = folder, schema
        self._held: list[pa.Table] = []
        self._held_rows = 0
        self._writer: pq.ParquetWriter | None = None
        self._files = 0
        self._file_rows = 0

    def add(self, rows: pa.Table) -> None:
        """Hold rows, and write them once there are enough."""
        self._held.append(rows)
        self._held_rows += rows.num_rows
        self.rows += rows.num_rows
        self.size_bytes += rows.nbytes
        if self._held_rows >= GATHERED_ROWS:
            self._write()

    def close(self) -> None:
        """Write what is held, and end the file."""
        self._write()
        self._end_file()

    def _write(self) -> None:
        if not self._held:
            return
        if self._writer is None:
            path = self._folder / f"{self.prefix}{self._files:05d}.parquet"
            self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", compression_level=3)
            self._files += 1
        self._writer.write_table(pa.concat_tables(self._held))
        self._file_rows += self._held_rows
        self._held, self._held_rows = [], 0
        if self._file_rows >= FILE_ROWS:
            self._end_file()

    def _end_file(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer, self._file_rows = None, 0
