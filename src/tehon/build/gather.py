"""The last job of a build: chosen contents become one shard of the release."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa

from tehon.build.mix import copy_numbers
from tehon.build.outcome import answer
from tehon.build.piece import Piece
from tehon.describe.profile import ShardProfile, Watch
from tehon.records.record import Record
from tehon.storage.results import Results
from tehon.storage.shards import LAYOUTS, write_shard

RESULT = "gather"
SHARD, PROFILE = "shard.parquet", "profile.json"


class Segment(Record, kw_only=True):
    """Some of the kept rows of one piece.

    Attributes:
        folder: the piece.
        offset: contents that the source numbered before it.
        kept: the file of its kept rows.
        start: the first of them.
        stop: the one after the last.
    """

    folder: str
    offset: int
    kept: str
    start: int
    stop: int


class GatherJob(Record, kw_only=True):
    """One shard to write.

    Attributes:
        kind: `examples` or `documents`.
        source: whose contents it holds.
        file: the shard's name in the release, without its ending.
        segments: what it holds, in order.
        results: the folder of the build's results.
        digest: of everything that the shard depends on.
    """

    kind: str
    source: str
    file: str
    segments: tuple[Segment, ...]
    results: str
    digest: str

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"shard {self.file}"


def gather(argument: bytes) -> bytes:
    """Run one encoded job."""
    job = msgspec.json.decode(argument, type=GatherJob)
    return answer(partial(_gather, job))


def _gather(job: GatherJob) -> ShardProfile:
    watch = Watch()
    layout = LAYOUTS[job.kind]
    with Results(Path(job.results)).write(RESULT, job.digest) as folder:
        write_shard(folder / SHARD, layout, watch.batches(_batches(job)))
        profile = watch.profile(job.source)
        (folder / PROFILE).write_bytes(msgspec.json.encode(profile))
    return profile


def _batches(job: GatherJob) -> Iterator[pa.RecordBatch]:
    for segment in job.segments:
        piece = Piece(Path(segment.folder), job.kind, job.source, segment.offset)
        rows = np.load(segment.kept)
        wanted = slice(segment.start, segment.stop)
        yield from piece.batches(rows[wanted], copy_numbers(rows)[wanted])
