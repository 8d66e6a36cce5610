"""The contents of a piece on disk, in the form in which a release will hold them.

Each is turned into columns, a published line and a digest once, where it was read. Later jobs copy what is kept of
these, thousands of rows at a time, and look at no row again.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tehon.records.step import Content
from tehon.storage.shards import DIGEST_BYTES, LAYOUTS, content_digests, plain_schema, published

ROWS, LINES, ENDS, DIGESTS = "rows.arrow", "lines.jsonl", "ends.npy", "digests.bin"
CHUNK_ROWS = 1000
"""Few enough that a chunk's texts stay in the processor's cache until all is made of them."""
LINE_END = ord("\n")
COPIED_BYTES = 1 << 22
Numbers = NDArray[np.integer[Any]]


class Packer:
    """Writes contents in chunks.

    Args:
        folder: of the piece.
        kind: of its contents: `examples` or `documents`.
    """

    def __init__(self, folder: Path, kind: str) -> None:
        """Write nothing yet."""
        self._folder, self._layout = folder, LAYOUTS[kind]
        self._schema = plain_schema(self._layout).remove(
            0
        )  # a file of chunks has no room for dictionaries, nor for ids
        self._ends: list[Numbers] = []
        self._end = 0
        self._files = ExitStack()

    def __enter__(self) -> Self:
        """Open the files."""
        enter, folder = self._files.enter_context, self._folder
        self._rows = enter(pa.ipc.new_file(enter(pa.OSFile(str(folder / ROWS), "wb")), self._schema))
        self._lines, self._digests = (enter((folder / name).open("wb")) for name in (LINES, DIGESTS))
        return self

    def __exit__(self, *raised: object) -> None:
        """Close the files."""
        self._files.close()
        if raised[0] is None:
            np.save(self._folder / ENDS, np.concatenate([np.zeros(0, np.uint64), *self._ends]))

    def write(self, rows: Sequence[Content]) -> None:
        """Write a chunk: CHUNK_ROWS contents, or the last few."""
        lines = published(self._layout, rows)
        ends = np.flatnonzero(np.frombuffer(lines, dtype=np.uint8) == LINE_END) + 1  # within a text they are escaped
        self._ends.append((ends + self._end).astype(np.uint64))
        self._end += len(lines)
        self._lines.write(lines)
        self._digests.write(content_digests(rows))
        values = self._layout.columns(rows)[1:]
        arrays = [pa.array(column, field.type) for column, field in zip(values, self._schema, strict=True)]
        self._rows.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))


class Rows:
    """The contents of a finished piece, read as they are asked for; ids are not in them."""

    def __init__(self, folder: Path) -> None:
        """Map the file; nothing is read yet."""
        self._file = pa.ipc.open_file(pa.memory_map(str(folder / ROWS)))
        self._chunks: dict[int, pa.RecordBatch] = {}

    def one(self, row: int) -> dict[str, Any]:
        """The values of one row by column."""
        number, place = divmod(row, CHUNK_ROWS)
        if number not in self._chunks:  # a chunk that is mapped holds no memory
            self._chunks[number] = self._file.get_batch(number)
        chunk = self._chunks[number]
        return {name: column[place].as_py() for name, column in zip(chunk.schema.names, chunk.columns, strict=True)}


def batches(folder: Path, rows: Numbers) -> Iterator[pa.RecordBatch]:
    """These rows in batches without ids; each batch ends where a chunk of the piece does.

    Args:
        folder: of the piece.
        rows: in ascending order; one can stand there several times.
    """
    with pa.OSFile(str(folder / ROWS)) as source, pa.ipc.open_file(source) as file:
        for start, stop in _runs(rows // CHUNK_ROWS, step=0):
            number = int(rows[start]) // CHUNK_ROWS
            yield _picked(file.get_batch(number), rows[start:stop].astype(np.int64) - number * CHUNK_ROWS)


def _picked(batch: pa.RecordBatch, places: NDArray[np.int64]) -> pa.RecordBatch:
    if (np.diff(places) == 0).any():
        return batch.take(pa.array(places))
    if len(places) == batch.num_rows:
        return batch
    wanted = np.zeros(batch.num_rows, dtype=np.bool_)  # most are, and then a mask is faster than places
    wanted[places] = True
    return batch.filter(pa.array(wanted))


def digests(folder: Path, rows: Numbers) -> NDArray[np.void]:
    """The digest of each of these rows."""
    size = (folder / DIGESTS).stat().st_size
    every = np.memmap(folder / DIGESTS, dtype=f"V{DIGEST_BYTES}", mode="r") if size else np.zeros(0, f"V{DIGEST_BYTES}")
    found: NDArray[np.void] = every[rows]
    return found


def copy_lines(folder: Path, rows: Numbers, out: BinaryIO) -> None:
    """Write the published lines of these rows, in ascending order, to a file."""
    ends = np.concatenate([np.zeros(1, np.uint64), np.load(folder / ENDS)])
    with (folder / LINES).open("rb") as stream:
        for first, stop in _runs(rows, step=1):
            at, end = int(ends[int(rows[first])]), int(ends[int(rows[stop - 1]) + 1])
            stream.seek(at)
            while at < end:
                at += out.write(stream.read(min(end - at, COPIED_BYTES)))


def _runs(values: Numbers, step: int) -> Iterator[tuple[int, int]]:
    """Start and stop of every run in which each value is by `step` more than the one before."""
    if len(values):
        starts = np.flatnonzero(np.diff(values.astype(np.int64)) != step) + 1
        yield from pairwise((0, *starts.tolist(), len(values)))
