"""The first job of a build: one piece of a source goes through every step that looks at one row alone.

read → clean → the mixture's optional steps → decontaminate. What is left lies in one folder with the keys by which
duplicates are found and shares are chosen, so that no later job looks at a text twice.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Self

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tehon.build import clean, decontaminate
from tehon.build.deduplicate import writing_key
from tehon.build.ledger import Ledger
from tehon.build.mix import choice_keys
from tehon.build.outcome import answer
from tehon.build.piece import BANDS, CHOICES, DROPS, ENDS, KEYS, NUMBERS, ROWS, SUMMARY, Sifted
from tehon.build.read import OTHER_PART, read, supplies
from tehon.build.row_steps import row_steps
from tehon.records.corpus import Drop
from tehon.records.record import Record
from tehon.records.release import Mixture, Share
from tehon.records.step import Content
from tehon.storage.results import Results
from tehon.storage.shards import BATCH_ROWS

RESULT = "sift"
BUFFER = 1 << 20
KEY_SCHEMA = pa.schema([("high", pa.uint64()), ("low", pa.uint64())])
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
        with (folder / DROPS).open("wb", BUFFER) as stream, _Writer(folder, job.mixture, supply.share) as writer:
            watch = _Watch(stream.write)
            ledger = Ledger(watch.drop)
            contents: Iterable[Content] = ledger.read(job.source, watch.numbers(read(supply, job.mixture, job.piece)))
            for step, function in _steps(job):
                contents = ledger.through(job.source, step, contents, function)
            for content in contents:
                writer.add(content)
        summary = Sifted(
            contents=writer.count,
            numbered=watch.numbered,
            ledger=ledger.lines(),
            damaged=watch.damaged,
            first_damaged=watch.first_damaged,
        )
        (folder / SUMMARY).write_bytes(msgspec.json.encode(summary))
    return summary


def _steps(job: SiftJob) -> list[tuple[str, StreamStep]]:
    steps: list[tuple[str, StreamStep]] = [(clean.STEP, clean.clean), *row_steps(job.mixture.steps)]
    if job.held_out:
        tasks = {name: set(keys) for name, keys in msgspec.msgpack.decode(Path(job.held_out).read_bytes()).items()}
        steps.append((decontaminate.STEP, partial(decontaminate.decontaminate, tasks=tasks)))
    return steps


class _Watch:
    """Notes drops, and counts what the ledger does not."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._encoder = msgspec.json.Encoder()
        self.numbered = 0
        self.damaged = 0
        self.first_damaged: Drop | None = None

    def numbers(self, rows: Iterable[Content | Drop]) -> Iterator[Content | Drop]:
        """The same rows; those that the source numbered are counted."""
        for row in rows:
            self.numbered += not isinstance(row, Drop) or row.reason == OTHER_PART
            yield row

    def drop(self, drop: Drop) -> None:
        """Note one drop."""
        self._write(self._encoder.encode(drop) + b"\n")
        if drop.damaged:
            self.damaged += 1
            self.first_damaged = self.first_damaged or drop


class _Writer:
    """Writes the contents of a piece and their keys, in constant memory but for 12 bytes a content."""

    def __init__(self, folder: Path, mixture: Mixture, share: Share) -> None:
        self.count = 0
        self._folder, self._mixture, self._share = folder, mixture, share
        self._encoder = msgspec.msgpack.Encoder()
        self._ends, self._numbers, self._choices = array("Q"), array("I"), array("Q")
        self._keys: list[bytes] = []
        self._bands: list[list[int]] = []
        self._files = ExitStack()

    def __enter__(self) -> Self:
        near, stack = self._mixture.near_duplicates, self._files
        self._rows = stack.enter_context((self._folder / ROWS).open("wb", BUFFER))
        self._key_file = stack.enter_context(pq.ParquetWriter(self._folder / KEYS, KEY_SCHEMA, compression="none"))
        if near:
            bands = pa.schema([(f"b{i}", pa.uint64()) for i in range(near.bands)])
            self._band_file = stack.enter_context(pq.ParquetWriter(self._folder / BANDS, bands, compression="none"))
        return self

    def __exit__(self, *raised: object) -> None:
        if raised[0] is None:
            self._flush()
            np.save(self._folder / ENDS, np.frombuffer(self._ends, dtype=np.uint64))
            np.save(self._folder / NUMBERS, np.frombuffer(self._numbers, dtype=np.uint32))
            np.save(self._folder / CHOICES, np.frombuffer(self._choices, dtype=np.uint64))
        self._files.close()

    def add(self, content: Content) -> None:
        """Write one content."""
        encoded = self._encoder.encode(content)
        self._rows.write(encoded)
        self._ends.append((self._ends[-1] if self.count else 0) + len(encoded))
        self._numbers.append(int(content.id.rpartition("/")[2]))
        self._choices.extend(choice_keys(content, self._share, self._mixture.seed))
        self._keys.append(writing_key(content))
        if self._mixture.near_duplicates:
            raise NotImplementedError
        self.count += 1
        if len(self._keys) == BATCH_ROWS:
            self._flush()

    def _flush(self) -> None:
        if not self._keys:
            return
        keys = np.frombuffer(b"".join(self._keys), dtype=">u8").astype(np.uint64).reshape(-1, 2)
        self._key_file.write_batch(pa.record_batch([keys[:, 0], keys[:, 1]], schema=KEY_SCHEMA))
        self._keys.clear()
        if self._bands:
            bands = np.array(self._bands, dtype=np.uint64)
            self._band_file.write_batch(pa.record_batch(list(bands.T), schema=self._band_file.schema))
            self._bands.clear()
