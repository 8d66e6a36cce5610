"""The first job of a build: one piece of a source goes through every step that looks at one row alone.

read → clean → the mixture's optional steps → decontaminate. What is left lies in one folder with the keys by which
duplicates are found and shares are chosen, so that no later job looks at a text twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import msgspec

from tehon.build import clean
from tehon.build.ledger import Ledger
from tehon.build.outcome import answer
from tehon.build.piece import DROPS, SUMMARY, Sifted
from tehon.build.piece_writer import BUFFER, PieceWriter
from tehon.build.read import OTHER_PART, read, supplies
from tehon.build.row_steps import row_steps
from tehon.leakage import decontaminate
from tehon.leakage.held_out import read_index
from tehon.records.corpus import Drop
from tehon.records.record import Record
from tehon.records.release import Mixture
from tehon.records.step import Content
from tehon.storage.results import Results

RESULT = "sift"
StreamStep = Callable[[Iterable[Content]], Iterator[Content | Drop]]


class SiftJob(Record, kw_only=True):
    """One piece to sift.

    Attributes:
        mixture: with this piece's source alone.
        source: its name.
        raw: the folder of raw files; empty where the package makes the examples.
        piece: its name; empty for the whole source.
        held_out: the file of the held-out items' hashes; empty where nothing is held out.
        results: the folder of the build's results.
        digest: of everything that the result depends on.
        size_bytes: about how much it reads.
    """

    mixture: Mixture
    source: str
    raw: str
    piece: str
    held_out: str
    results: str
    digest: str
    size_bytes: int

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"source {self.source}" + (f", piece {self.piece}" if self.piece else "")


def sift(argument: bytes) -> bytes:
    """Run one encoded job."""
    job = msgspec.json.decode(argument, type=SiftJob)
    return answer(partial(_sift, job))


def _sift(job: SiftJob) -> Sifted:
    [supply] = supplies(job.mixture, Path(job.raw) if job.raw else None)
    with Results(Path(job.results)).write(RESULT, job.digest) as folder:
        with (folder / DROPS).open("wb", BUFFER) as stream, PieceWriter(folder, job.mixture, supply.share) as writer:
            watch, shared = _Watch(stream.write), Counter[str]()
            ledger = Ledger(watch.drop)
            contents: Iterable[Content] = ledger.read(job.source, watch.numbers(read(supply, job.mixture, job.piece)))
            for step, function in _steps(job, shared):
                contents = ledger.through(job.source, step, contents, function)
            writer.write(contents)
        summary = Sifted(
            contents=writer.count,
            numbered=watch.numbered,
            ledger=ledger.lines(),
            first_damaged=watch.first_damaged,
            shared_passages=dict(sorted(shared.items())),
        )
        (folder / SUMMARY).write_bytes(msgspec.json.encode(summary))
    return summary


def _steps(job: SiftJob, shared: Counter[str]) -> list[tuple[str, StreamStep]]:
    steps: list[tuple[str, StreamStep]] = [(clean.STEP, clean.clean), *row_steps(job.mixture.steps)]
    if job.held_out:
        index = read_index(Path(job.held_out))
        steps.append((decontaminate.STEP, partial(decontaminate.drop_held_out, index=index, shared=shared)))
    return steps


class _Watch:
    """Notes drops, and counts what the ledger does not."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._encoder = msgspec.json.Encoder()
        self.numbered = 0
        self.first_damaged: Drop | None = None

    def numbers(self, rows: Iterable[Content | Drop]) -> Iterator[Content | Drop]:
        """The same rows; those that the source numbered are counted."""
        for row in rows:
            self.numbered += not isinstance(row, Drop) or row.reason == OTHER_PART
            yield row

    def drop(self, drop: Drop) -> None:
        """Note one drop."""
        self._write(self._encoder.encode(drop) + b"\n")
        if drop.damaged and self.first_damaged is None:
            self.first_damaged = drop
