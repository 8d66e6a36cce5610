"""The last job of a build: chosen contents become one shard of the release."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from tehon.build.outcome import answer
from tehon.build.piece import Piece
from tehon.describe.profile import ShardProfile, Watch
from tehon.records.record import Record
from tehon.records.step import Content
from tehon.storage.results import Results
from tehon.storage.shards import LAYOUTS, write_shard

RESULT = "gather"
SHARD, LINES, DIGESTS, PROFILE = "shard.parquet", "lines.jsonl", "digests.bin", "profile.json"


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
    with Results(Path(job.results)).write(RESULT, job.digest) as folder:
        contents = watch.contents(_contents(job))
        digests = write_shard(folder / SHARD, folder / LINES, contents, LAYOUTS[job.kind])
        profile = watch.profile(job.source)
        (folder / DIGESTS).write_bytes(digests)
        (folder / PROFILE).write_bytes(msgspec.json.encode(profile))
    return profile


def _contents(job: GatherJob) -> Iterator[Content]:
    for segment in job.segments:
        piece = Piece(Path(segment.folder), job.kind, job.source, segment.offset)
        kept = np.load(segment.kept, mmap_mode="r")
        rows = kept[segment.start : segment.stop]
        before = int(np.count_nonzero(kept[: segment.start] == rows[0])) if len(rows) else 0
        yield from _copied(piece, rows, before)


def _copied(piece: Piece, rows: NDArray[np.uint32], copy: int) -> Iterator[Content]:
    """The contents of these rows; the copies of one (`ID+1`, `ID+2`) follow it, the first being number `copy`."""
    last = rows[0] if len(rows) else -1
    copy -= 1
    for content, row in zip(piece.contents(rows), rows.tolist(), strict=True):
        copy = copy + 1 if row == last else 0
        last = row
        yield msgspec.structs.replace(content, id=f"{content.id}+{copy}") if copy else content
