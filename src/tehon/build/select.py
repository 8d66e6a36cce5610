"""Which contents of all pieces go in: what needs sight of more than one row is decided here, over keys alone.

deduplicate → near-duplicates → weight → limit. Pieces stand in the order of the release, so the result depends neither
on who sifted them nor on when.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tehon.build import deduplicate, mix, near
from tehon.build.near import Clustered, Near
from tehon.build.piece import BANDS, KEYS, Piece
from tehon.records.corpus import Drop
from tehon.records.record import Record
from tehon.records.release import LedgerLine, Mixture, NearDuplicates
from tehon.records.step import Content
from tehon.storage.results import Results

RESULT = "select"
LEDGER = "ledger.json"
Mask = NDArray[np.bool_]


class Selected(Record, kw_only=True):
    """What was decided, beside the files of kept rows and drops.

    Attributes:
        ledger: every source's way through the steps that see all contents.
        kept: contents of each piece that go in, copies included.
        clustered: what the search for near-duplicates did; None where there was none.
    """

    ledger: tuple[LedgerLine, ...]
    kept: tuple[int, ...]
    clustered: Clustered | None = None


class Selection(NamedTuple):
    """A finished selection: its folder and what it says."""

    folder: Path
    said: Selected

    def kept(self, piece: int) -> Path:
        """The file of a piece's kept rows, in order; a row stands in it as often as in the release."""
        return _kept_file(self.folder, piece)

    def drops(self, piece: int) -> Path:
        """The file of a piece's drops, as JSON Lines."""
        return _drops_file(self.folder, piece)


def select(pieces: Sequence[Piece], mixture: Mixture, results: Results, digest: str) -> Selection:
    """Decide over all pieces, or find it decided.

    Args:
        pieces: in the order of the release; those of one source stand together.
        mixture: what is wanted.
        results: where the decision is kept.
        digest: of the pieces and of what the mixture wants.
    """
    if not results.has(RESULT, digest):
        with results.write(RESULT, digest) as folder:
            (folder / LEDGER).write_bytes(msgspec.json.encode(_Decision(pieces, mixture, folder).write()))
    folder = results.place(RESULT, digest)
    return Selection(folder, msgspec.json.decode((folder / LEDGER).read_bytes(), type=Selected))


class _Decision:
    """Takes contents out, step by step.

    A mask over all pieces has one entry a content, in the order of the release.
    """

    def __init__(self, pieces: Sequence[Piece], mixture: Mixture, folder: Path) -> None:
        self._pieces, self._mixture, self._folder = pieces, mixture, folder
        self._counts = [piece.summary.contents for piece in pieces]
        self._bounds = np.concatenate([[0], np.cumsum(self._counts)]).astype(np.int64)
        self._alive: Mask = np.ones(int(self._bounds[-1]), dtype=np.bool_)
        self._taken: list[tuple[str, dict[str, Mask]]] = []
        self._firsts: dict[str, Iterator[int]] = {}

    def write(self) -> Selected:
        """Decide, and write each piece's kept rows and drops."""
        if self._mixture.deduplicate:
            first = deduplicate.first_ones(self._files(KEYS), self._counts, self._folder)
            self._take_out(deduplicate.STEP, {deduplicate.REASON: ~first})
            firsts = deduplicate.firsts(self._files(KEYS), first, self._folder)
            self._firsts[deduplicate.REASON] = map(int, firsts)
        clustered = None
        if self._mixture.near_duplicates:
            found = self._near(self._mixture.near_duplicates)
            clustered = found.report
            self._take_out(near.STEP, {near.REASON: np.concatenate(found.dropped)})
            self._firsts[near.REASON] = map(int, found.firsts)
        self._take_out(mix.STEP, self._beyond())
        kept = [self._write_piece(number, piece) for number, piece in enumerate(self._pieces)]
        return Selected(ledger=tuple(self._ledger(kept)), kept=tuple(kept), clustered=clustered)

    def _files(self, name: str) -> list[Path]:
        return [piece.folder / name for piece in self._pieces]

    def _take_out(self, step: str, left_out: dict[str, Mask]) -> None:
        self._taken.append((step, left_out))
        for mask in left_out.values():
            self._alive &= ~mask

    def _near(self, settings: NearDuplicates) -> Near:
        def content(piece: int, row: int) -> Content:
            return self._pieces[piece].content(row)

        alive = np.split(self._alive, self._bounds[1:-1])
        return near.near_duplicates(self._files(BANDS), alive, content, settings, self._folder)

    def _sources(self) -> Iterator[tuple[str, range]]:
        for source, group in groupby(range(len(self._pieces)), key=lambda number: self._pieces[number].source):
            numbers = list(group)
            yield source, range(numbers[0], numbers[-1] + 1)

    def _rows(self, pieces: range) -> slice:
        return slice(int(self._bounds[pieces.start]), int(self._bounds[pieces.stop]))

    def _beyond(self) -> dict[str, Mask]:
        left_out: dict[str, Mask] = {}
        for source, numbers in self._sources():
            share = self._mixture.sources[source]
            count = len(mix.purposes(share))
            keys = np.concatenate([self._pieces[number].choices(count) for number in numbers])
            rows = self._rows(numbers)
            for reason, mask in mix.beyond(keys, self._alive[rows], share).items():
                left_out.setdefault(reason, np.zeros_like(self._alive))[rows] = mask
        return left_out

    def _write_piece(self, number: int, piece: Piece) -> int:
        rows = self._rows(range(number, number + 1))
        with _drops_file(self._folder, number).open("wb") as stream:
            for line in self._drops(piece, rows):
                stream.write(line)
        kept = np.flatnonzero(self._alive[rows]).astype(np.uint32)
        share = self._mixture.sources[piece.source]
        repeated = np.repeat(kept, mix.copies(piece.choices(len(mix.purposes(share)))[kept], share))
        np.save(_kept_file(self._folder, number), repeated)
        return len(repeated)

    def _drops(self, piece: Piece, rows: slice) -> Iterator[bytes]:
        encoder = msgspec.json.Encoder()
        for step, left_out in self._taken:
            for reason, mask in left_out.items():
                for row in np.flatnonzero(mask[rows]).tolist():
                    drop = Drop(example_id=piece.id(row), step=step, reason=reason, repeats=self._repeated(reason))
                    yield encoder.encode(drop) + b"\n"

    def _repeated(self, reason: str) -> str:
        """The id of what the next content that goes for this reason repeats; empty for other reasons."""
        if reason not in self._firsts:
            return ""
        first = next(self._firsts[reason])
        number = int(np.searchsorted(self._bounds, first, side="right")) - 1
        return self._pieces[number].id(first - int(self._bounds[number]))

    def _ledger(self, kept: Sequence[int]) -> Iterator[LedgerLine]:
        for source, numbers in self._sources():
            rows = self._rows(numbers)
            read = rows.stop - rows.start
            for step, left_out in self._taken:
                dropped = {reason: int(mask[rows].sum()) for reason, mask in sorted(left_out.items())}
                left = read - sum(dropped.values())
                copied = sum(kept[number] for number in numbers) - left if step == mix.STEP else 0
                yield LedgerLine(
                    source=source,
                    step=step,
                    read=read,
                    kept=left,
                    dropped={reason: count for reason, count in dropped.items() if count},
                    note=f"and {copied:,} copies by weight" if copied else "",
                )
                read = left


def _kept_file(folder: Path, piece: int) -> Path:
    return folder / f"{piece:05d}.npy"


def _drops_file(folder: Path, piece: int) -> Path:
    return folder / f"{piece:05d}.jsonl"
