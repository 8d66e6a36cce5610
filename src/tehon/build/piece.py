"""What is left of a piece of a source after the row-wise steps: a folder of contents, keys and drops."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tehon.build import packed
from tehon.build.packed import Numbers
from tehon.records.corpus import Drop
from tehon.records.record import Record
from tehon.records.release import LedgerLine
from tehon.records.step import Content
from tehon.storage.shards import DIGEST_BYTES, LAYOUTS, coded

NUMBERS, KEYS, BANDS, CHOICES = "numbers.npy", "keys.parquet", "bands.parquet", "choices.npy"
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
        self._layout = LAYOUTS[kind]

    @cached_property
    def summary(self) -> Sifted:
        """What it gave."""
        return msgspec.json.decode((self.folder / SUMMARY).read_bytes(), type=Sifted)

    @cached_property
    def numbers(self) -> NDArray[np.uint32]:
        """The number that the source gave each content."""
        numbers: NDArray[np.uint32] = np.load(self.folder / NUMBERS)
        return numbers

    def choices(self, purposes: int) -> NDArray[np.uint64]:
        """Keys of choice, shape (contents, purposes)."""
        choices: NDArray[np.uint64] = np.load(self.folder / CHOICES)
        return choices.reshape(self.summary.contents, purposes)

    def batches(self, rows: Numbers, copies: Numbers) -> Iterator[pa.RecordBatch]:
        """Some contents, each with the id that is unique in the release, in batches of its schema.

        Args:
            rows: in ascending order.
            copies: which copy of its row each is, from 0; the first is the row itself.
        """
        start = 0
        for batch in packed.batches(self.folder, rows):
            chosen = slice(start, start + batch.num_rows)
            ids = self._ids(rows[chosen], copies[chosen])
            yield coded(self._layout, [pa.array(ids, pa.string()), *batch.columns])
            start += batch.num_rows

    @cached_property
    def _rows(self) -> packed.Rows:
        return packed.Rows(self.folder)

    def content(self, row: int) -> Content:
        """One content, for whoever must look at its texts again."""
        return msgspec.convert({"id": self.id(row), **self._rows.one(row)}, self._layout.record)

    def id(self, row: int) -> str:
        """The id in the release of one content."""
        return numbered(self.source, self.offset + int(self.numbers[row]))

    def _ids(self, rows: Numbers, copies: Numbers) -> list[str]:
        numbers = self._numbers(rows).tolist()
        return [numbered(self.source, *named) for named in zip(numbers, copies.tolist(), strict=True)]

    def _numbers(self, rows: Numbers) -> NDArray[np.uint64]:
        return self.numbers[rows].astype(np.uint64) + np.uint64(self.offset)

    def digests(self, rows: Numbers, copies: Numbers) -> bytes:
        """What the release's digest is made of: of each content its number, its copy's number, and its digest."""
        fields = [("number", "<u8"), ("copy", "<u8"), ("digest", f"V{DIGEST_BYTES}")]
        told = np.empty(len(rows), dtype=fields)
        told["number"] = self._numbers(rows)
        told["copy"], told["digest"] = copies, packed.digests(self.folder, rows)
        return told.tobytes()

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


def numbered(source: str, number: int, copy: int = 0) -> str:
    """The id of a source's content by its number from 0, or of a copy of it."""
    return f"{source}/{number:06d}+{copy}" if copy else f"{source}/{number:06d}"
