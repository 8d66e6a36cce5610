"""An example whose texts all stood before is left out; the first one stays.

Every content has a key of 128 bits; equal keys are found by DuckDB, out of core, over the key files of all pieces. What
stays does not depend on the order in which pieces were read.

Memory: DuckDB's limit, one byte a content, and sixteen for each that repeats another.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash
from numpy.typing import NDArray

from tehon.records.contents import texts
from tehon.records.corpus import Example
from tehon.records.step import Content
from tehon.text.normalise import same_writing

OFTEN = 100
"""Characters; a shorter text may be an instruction that stands in every row."""
STEP = "deduplicate"
REASON = "stood before"
MEMORY = "512MB"
"""DuckDB's share; what it needs beyond that lies on disk."""
_FIRST = """
COPY (
SELECT min(place.base + keys.file_row_number)::BIGINT AS first
FROM read_parquet($files, filename = true, file_row_number = true) AS keys
JOIN place ON place.file = keys.filename
GROUP BY keys.high, keys.low
) TO $first (FORMAT parquet, COMPRESSION uncompressed)
"""

_FIRSTS = """
WITH rows AS (
    SELECT keys.high, keys.low, place.base + keys.file_row_number AS row
    FROM read_parquet($files, filename = true, file_row_number = true) AS keys
    JOIN place ON place.file = keys.filename
), repeated AS (
    SELECT rows.row, rows.high, rows.low FROM rows SEMI JOIN later ON later.row = rows.row
), first AS (
    SELECT high, low, min(row) AS first FROM rows SEMI JOIN repeated USING (high, low) GROUP BY high, low
)
SELECT first.first::BIGINT AS first FROM repeated JOIN first USING (high, low) ORDER BY repeated.row
"""


def writing_key(content: Content) -> bytes:
    """xxh3_128 over the normalised texts, 16 bytes; of an example's history, who said what counts too."""
    roles = "\0".join(turn.role for turn in content.history) if isinstance(content, Example) else ""
    return xxhash.xxh3_128_digest("\0".join((roles, *map(_written, texts(content)))).encode())


def _written(text: str) -> str:
    return _often(text) if len(text) < OFTEN else same_writing(text)


_often = lru_cache(maxsize=1024)(same_writing)


def first_ones(files: Sequence[Path], counts: Sequence[int], scratch: Path) -> NDArray[np.bool_]:
    """Which of all contents are the first with their key; one entry a content.

    Args:
        files: Parquet with the columns `high` and `low`, one row a content, in the order of the release.
        counts: rows of each.
        scratch: a folder for what does not fit into memory.
    """
    bases = np.concatenate([[0], np.cumsum(counts)])
    first = np.zeros(int(bases[-1]), dtype=np.bool_)
    found = scratch / "first.parquet"
    with database(scratch) as engine:
        _place(engine, files, bases)
        engine.execute(_FIRST, {"files": [str(file) for file in files], "first": str(found)})
    with pq.ParquetFile(found) as file:  # not as Python's numbers: there are as many as contents
        for batch in file.iter_batches():
            first[batch["first"].to_numpy()] = True
    found.unlink()
    return first


def firsts(files: Sequence[Path], first: NDArray[np.bool_], scratch: Path) -> NDArray[np.int64]:
    """Of every content that is not the first with its key the first one, in rising order of those contents.

    Args:
        files: as above.
        first: which contents are the first with their key.
        scratch: a folder for what does not fit into memory.
    """
    later = pa.table({"row": np.flatnonzero(~first)})
    if not later.num_rows:
        return np.zeros(0, dtype=np.int64)
    with database(scratch) as engine:
        _place(engine, files, np.cumsum([0, *(pq.read_metadata(file).num_rows for file in files)]))
        engine.register("later", later)
        found = engine.execute(_FIRSTS, {"files": list(map(str, files))}).fetchnumpy()
    return np.asarray(found["first"], dtype=np.int64)


def _place(engine: duckdb.DuckDBPyConnection, files: Sequence[Path], bases: Iterable[int]) -> None:
    """Tell the database where each file's rows begin."""
    engine.execute("CREATE TABLE place (file VARCHAR, base UBIGINT)")
    rows = [(str(file), int(base)) for file, base in zip(files, bases, strict=False)]
    engine.executemany("INSERT INTO place VALUES (?, ?)", rows)


def database(scratch: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory that spills into `scratch`; close it."""
    settings = {"memory_limit": MEMORY, "temp_directory": str(scratch), "preserve_insertion_order": "false"}
    return duckdb.connect(config=settings)
