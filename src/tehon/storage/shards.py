"""Examples on disk: Parquet shards with every provenance column, and the published JSON Lines beside them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from tehon.errors import Damaged
from tehon.records.corpus import Cluster, Example
from tehon.storage.atomic import atomic_path

DATA = "data"
"""Folder of the shards within a release."""
PUBLISHED = "data.jsonl"
"""The authors' own layout: instruction, input, output, one object a line."""
BATCH_ROWS = 10_000

_NAME = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("upstream_id", pa.string(), nullable=False),
        pa.field("instruction", pa.string(), nullable=False),
        pa.field("input", pa.string(), nullable=False),
        pa.field("response", pa.string(), nullable=False),
        pa.field("history", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())])), nullable=False),
        pa.field("source", _NAME, nullable=False),
        pa.field("part", _NAME, nullable=False),
        pa.field("split", _NAME, nullable=False),
        pa.field("cluster", _NAME, nullable=False),
        pa.field("language", _NAME, nullable=False),
        pa.field("licence", _NAME, nullable=False),
        pa.field("wording", pa.string(), nullable=False),
    ]
)


class Tally:
    """Counts and a digest over examples as they pass by; the digest depends on their order and on nothing else.

    Attributes:
        by_source: source -> examples.
        by_cluster: cluster -> examples.
        licences: SPDX expression -> examples.
    """

    def __init__(self) -> None:
        """Nothing has passed yet."""
        self.by_source: Counter[str] = Counter()
        self.by_cluster: Counter[Cluster] = Counter()
        self.licences: Counter[str] = Counter()
        self._digest = sha256()

    def add(self, example: Example, encoded: bytes) -> None:
        """Count one example; `encoded` is its canonical JSON."""
        self.by_source[example.source] += 1
        self.by_cluster[example.cluster] += 1
        self.licences[example.licence] += 1
        self._digest.update(encoded + b"\n")

    @property
    def digest(self) -> str:
        """sha256 over the canonical JSON of every example so far, one a line."""
        return self._digest.hexdigest()


def write_release(folder: Path, examples: Iterable[Example], shard_rows: int) -> Tally:
    """Write shards and the published JSON Lines, in constant memory; every file is whole or not there."""
    tally = Tally()
    stream = iter(examples)
    with atomic_path(folder / PUBLISHED) as published, published.open("wb") as lines:
        number = 0
        while head := list(islice(stream, min(BATCH_ROWS, shard_rows))):
            with (
                atomic_path(folder / DATA / f"{number:05d}.parquet") as partial,
                pq.ParquetWriter(partial, SCHEMA, compression="zstd", compression_level=3) as writer,
            ):
                rows = 0
                while head:
                    rows += len(head)
                    writer.write_batch(_batch(head, tally, lines.write))
                    head = list(islice(stream, min(BATCH_ROWS, shard_rows - rows)))
            number += 1
    return tally


def _batch(examples: list[Example], tally: Tally, write_line: Callable[[bytes], object]) -> pa.RecordBatch:
    encoder = msgspec.json.Encoder()
    rows = []
    for example in examples:
        tally.add(example, encoder.encode(example))
        rows.append(msgspec.to_builtins(example))
        line = {"instruction": example.instruction, "input": example.input, "output": example.response}
        write_line(encoder.encode(line) + b"\n")
    return pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


def read_examples(folder: Path) -> Iterator[Example]:
    """The examples of a release in order, in constant memory.

    Raises:
        Damaged: a shard cannot be read.
    """
    for path in sorted((folder / DATA).glob("*.parquet")):
        try:
            with pq.ParquetFile(path) as shard:
                for batch in shard.iter_batches(BATCH_ROWS):
                    yield from msgspec.convert(batch.to_pylist(), list[Example])
        except (pa.ArrowInvalid, msgspec.ValidationError) as error:
            raise Damaged(str(path), f"must be a shard of a release, but {error}", "Build the release again") from error


def count_by_cluster(folder: Path) -> dict[str, dict[str, int]]:
    """Cluster -> source -> examples of a release, the largest cluster and source first; reads two columns only.

    Raises:
        Damaged: a shard cannot be read.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for path in sorted((folder / DATA).glob("*.parquet")):
        try:
            columns = pq.read_table(path, columns=["cluster", "source"])
        except (pa.ArrowInvalid, OSError) as error:
            raise Damaged(str(path), f"must be a shard of a release, but {error}", "Build the release again") from error
        for row in columns.group_by(["cluster", "source"]).aggregate([([], "count_all")]).to_pylist():
            counts[row["cluster"], row["source"]] += row["count_all"]
    sizes: Counter[str] = Counter()
    for (cluster, _), count in counts.items():
        sizes[cluster] += count
    nested: dict[str, dict[str, int]] = {
        cluster: {} for cluster in sorted(sizes, key=lambda name: (-sizes[name], name))
    }
    for cluster, source in sorted(counts, key=lambda pair: (-counts[pair], pair)):
        nested[cluster][source] = counts[cluster, source]
    return nested
