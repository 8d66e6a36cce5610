"""What is left of a piece of a source after the row-wise steps: a folder of contents, keys and drops."""

import mmap
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from tehon.records.corpus import Drop
from tehon.records.record import Record
from tehon.records.release import LedgerLine
from tehon.records.step import Content
from tehon.storage.shards import LAYOUTS

ROWS, ENDS, NUMBERS = "rows.msgpack", "ends.npy", "numbers.npy"
KEYS, BANDS, CHOICES = "keys.parquet", "bands.parquet", "choices.npy"
DROPS, SUMMARY = "drops.jsonl", "summary.json"


class Sifted(Record, kw_only=True):
    """What a piece gave.

    Attributes:
        contents: how many are left.
        numbered: contents that the source numbered, those that were dropped later included.
        ledger: the piece's way through every row-wise step.
        first_damaged: the first row that was broken.
        shared_passages: held-out task -> contents in which a passage of its items stands.
    """

    contents: int
    numbered: int
    ledger: tuple[LedgerLine, ...]
    first_damaged: Drop | None = None
    shared_passages: dict[str, int] = {}


class Piece:
    """A finished piece, read without loading it.

    Args:
        folder: where it lies.
        kind: of its contents: `examples` or `documents`.
        source: its source's name.
        offset: contents that the source numbered in the pieces before this one.
    """

    def __init__(self, folder: Path, kind: str, source: str, offset: int = 0) -> None:
        """Read nothing yet."""
        self.folder = folder
        self.source = source
        self.offset = offset
        self._decoder = msgspec.msgpack.Decoder(LAYOUTS[kind].record)

    @cached_property
    def summary(self) -> Sifted:
        """What it gave."""
        return msgspec.json.decode((self.folder / SUMMARY).read_bytes(), type=Sifted)

    @cached_property
    def ends(self) -> NDArray[np.uint64]:
        """Where each content ends in its file, in bytes."""
        ends: NDArray[np.uint64] = np.load(self.folder / ENDS, mmap_mode="r" if self.summary.contents else None)
        return ends

    @cached_property
    def numbers(self) -> NDArray[np.uint32]:
        """The number that the source gave each content."""
        numbers: NDArray[np.uint32] = np.load(self.folder / NUMBERS)
        return numbers

    def choices(self, purposes: int) -> NDArray[np.uint64]:
        """Keys of choice, shape (contents, purposes)."""
        choices: NDArray[np.uint64] = np.load(self.folder / CHOICES)
        return choices.reshape(self.summary.contents, purposes)

    @cached_property
    def _bytes(self) -> mmap.mmap:
        with (self.folder / ROWS).open("rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)

    def content(self, row: int) -> Content:
        """One content, as the source named it."""
        start = int(self.ends[row - 1]) if row else 0
        content: Content = self._decoder.decode(self._bytes[start : int(self.ends[row])])
        return content

    def contents(self, rows: NDArray[np.uint32]) -> Iterator[Content]:
        """Some contents, each with the id that is unique in the release."""
        stops = self.ends[rows].tolist()
        starts = np.where(rows == 0, 0, self.ends[np.maximum(rows, 1) - 1]).tolist()
        ids = (self.offset + self.numbers[rows].astype(np.int64)).tolist()
        data, decode = self._bytes, self._decoder.decode
        for start, stop, number in zip(starts, stops, ids, strict=True):
            content = decode(data[start:stop])
            if self.offset:
                content = msgspec.structs.replace(content, id=numbered(self.source, number))
            yield content

    def id(self, row: int) -> str:
        """The id in the release of one content."""
        return numbered(self.source, self.offset + int(self.numbers[row]))

    def drops(self) -> Iterator[bytes]:
        """Every drop of the row-wise steps as a line of JSON, with the id that is unique in the release."""
        with (self.folder / DROPS).open("rb") as stream:
            if not self.offset:
                yield from stream
                return
            decoder, encoder = msgspec.json.Decoder(Drop), msgspec.json.Encoder()
            for line in stream:
                drop = decoder.decode(line)
                number = drop.example_id.removeprefix(f"{self.source}/")
                if number.isdecimal():
                    id_ = numbered(self.source, self.offset + int(number))
                    line = encoder.encode(msgspec.structs.replace(drop, example_id=id_)) + b"\n"  # noqa: PLW2901
                yield line


def numbered(source: str, number: int) -> str:
    """The id of a source's content by its number from 0."""
    return f"{source}/{number:06d}"
