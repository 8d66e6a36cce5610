"""The ways to a release that are compared: how each is run, and what it made."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from measure import Measured, measure

MIXTURE = ("vanilla_v1_0_1", "--set", "deduplicate=true")
"""The published mixture, with the one step that it did without."""
TEHON, DATASETS, AUTHORS = WAYS = ("tehon", "datasets", "authors")
HERE = Path(__file__).parent


class Made(NamedTuple):
    """What a way made.

    Attributes:
        rows: how many.
        digest: of their texts, whatever their order.
        size_bytes: of its files, left-overs on the way to them included.
    """

    rows: int
    digest: str
    size_bytes: int


def run(way: str, raw: Path, out: Path, *more: str) -> Measured:
    """Run one way from `raw` to `out`; `more` is for tehon alone."""
    out.parent.mkdir(parents=True, exist_ok=True)
    if way == TEHON:
        command = ("-m", "tehon", "build", *MIXTURE, "--raw", str(raw), "--out", str(out), "--quiet", *more)
        return measure(sys.executable, *command)
    out.mkdir()
    return measure(sys.executable, str(HERE / "opponents.py"), way, str(raw), str(out))


def made(out: Path) -> Made:
    """Look at what a way made."""
    total = rows = 0
    for texts in _rows(out):
        rows += 1
        total += xxhash.xxh3_128_intdigest("\0".join(texts).encode())
    size_bytes = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return Made(rows, f"{total % 2**128:032x}", size_bytes)


def _rows(out: Path) -> Iterator[tuple[str, ...]]:
    shards = sorted(out.glob("data/*.parquet")) or sorted(out.glob("*.parquet"))
    for shard in shards:
        with pq.ParquetFile(shard) as file:
            output = "response" if "response" in file.schema_arrow.names else "output"
            for batch in file.iter_batches(10_000, columns=["instruction", "input", output]):
                columns: list[pa.Array] = [batch[name] for name in ("instruction", "input", output)]
                yield from zip(*(column.to_pylist() for column in columns), strict=True)
    if not shards:
        with (out / "data.jsonl").open("rb") as stream:
            for line in stream:
                row = msgspec.json.decode(line, type=dict[str, str])
                yield row["instruction"], row["input"], row["output"]
