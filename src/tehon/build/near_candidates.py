"""Contents that share a key, found by DuckDB out of core over the key files of all pieces."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tehon.build.deduplicate import database
from tehon.text.ngrams import Hashes, Places

BATCH = 1 << 16
_SHARED = """
WITH rows AS (
    SELECT keys.b{band} AS key, place.base + keys.file_row_number AS row
    FROM read_parquet($files, filename = true, file_row_number = true) AS keys
    JOIN place ON place.file = keys.filename
    ANTI JOIN dead ON dead.row = place.base + keys.file_row_number
)
SELECT key, row FROM rows SEMI JOIN (SELECT key FROM rows GROUP BY key HAVING count(*) > 1) USING (key)
ORDER BY key, row
"""


def buckets(files: Sequence[Path], alive: NDArray[np.bool_], bands: int, scratch: Path) -> Iterator[Places]:
    """Rows that share a key, in rising order, band after band and key after key.

    Args:
        files: of keys, in the order of the release.
        alive: of every row over all files, whether it is still in.
        bands: how many keys a row has.
        scratch: a folder for what does not fit into memory.
    """
    with database(scratch) as engine:
        engine.execute("CREATE TABLE place (file VARCHAR, base BIGINT)")
        base = 0
        for file in files:
            engine.execute("INSERT INTO place VALUES (?, ?)", [str(file), base])
            base += pa.parquet.read_metadata(file).num_rows
        engine.register("gone", pa.table({"row": np.flatnonzero(~alive)}))
        engine.execute("CREATE TABLE dead AS SELECT row FROM gone")
        for band in range(bands):
            found = engine.sql(_SHARED.format(band=band), params={"files": [str(file) for file in files]})
            yield from _groups(
                (batch["key"].to_numpy(), batch["row"].to_numpy()) for batch in pa.RecordBatchReader.from_stream(found)
            )


def _groups(batches: Iterable[tuple[Hashes, Places]]) -> Iterator[Places]:
    """The rows of each key; keys come in order, and one may go over several batches."""
    open_: list[Places] = []
    last = None
    for keys, rows in batches:
        starts = np.flatnonzero(np.diff(keys)) + 1
        for start, stop in zip([0, *starts.tolist()], [*starts.tolist(), len(keys)], strict=True):
            if open_ and keys[start] != last:
                yield np.concatenate(open_)
                open_ = []
            last = keys[start]
            open_.append(rows[start:stop])
    if open_:
        yield np.concatenate(open_)
