"""Pieces of a release written to disk as they come, as arrays that can be mapped: memory never sees more than a few."""

import os
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.lib.format import write_array_header_1_0
from numpy.typing import DTypeLike, NDArray

from tehon.engine.tokens import Tokens
from tehon.tune.corpus import Stored

NAMES = ("ids", "scored", "starts", "firsts", "rows", "fates")
BITS = 8
SMALL = 1 << 16
"""A vocabulary of at most so many tokens fits into two bytes."""


class Piece(NamedTuple):
    """What becomes one sequence of tokens in the model.

    Attributes:
        row: which of the release's contents it comes from.
        tokens: ids, and what of them is scored.
        fate: what had to be done to it; see `tehon.tune.tally.Fate`.
        joins: it belongs to the same sequence as the piece before.
    """

    row: int
    tokens: Tokens
    fate: int = 0
    joins: bool = False


class Writer:
    """Appends pieces to the arrays of a folder; they are whole at the end of the block that it opens.

    Args:
        folder: empty.
        vocabulary: every id lies below.

    Attributes:
        highest: the highest id so far.
    """

    def __init__(self, folder: Path, vocabulary: int) -> None:
        """Begin every array."""
        self.highest = 0
        kinds: dict[str, DTypeLike] = dict.fromkeys(NAMES, np.int64)
        kinds |= {"ids": np.uint16 if vocabulary <= SMALL else np.uint32, "scored": np.uint8, "fates": np.uint8}
        self._arrays = {name: _Growing(folder / f"{name}.npy", kind) for name, kind in kinds.items()}
        self._tokens = self._pieces = 0
        self._bits = np.zeros(0, np.bool_)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        """Write what is left, and put every array's length into its file; after an error, only let them go."""
        if kind is None:
            self._finish()
        for array in self._arrays.values():
            array.close()

    def add(self, pieces: Sequence[Piece]) -> None:
        """Append some pieces."""
        lengths = np.fromiter((len(piece.tokens.ids) for piece in pieces), np.int64, len(pieces))
        starts = self._tokens + np.cumsum(lengths) - lengths
        total = int(lengths.sum())
        ids = np.fromiter(chain.from_iterable(piece.tokens.ids for piece in pieces), self._arrays["ids"].kind, total)
        scored = np.zeros(total, np.bool_)
        for piece, start in zip(pieces, (starts - self._tokens).tolist(), strict=True):
            for first, stop in piece.tokens.scored:
                scored[start + first : start + stop] = True
        self.highest = max(self.highest, int(ids.max(initial=0)))
        begun = np.fromiter((not piece.joins for piece in pieces), np.bool_, len(pieces))
        self._append("ids", ids)
        self._append_bits(scored)
        self._append("starts", starts)
        self._append("firsts", self._pieces + np.flatnonzero(begun))
        self._append("rows", np.fromiter((piece.row for piece in pieces), np.int64, len(pieces)))
        self._append("fates", np.fromiter((piece.fate for piece in pieces), np.uint8, len(pieces)))
        self._tokens += total
        self._pieces += len(pieces)

    def _finish(self) -> None:
        self._append("scored", np.packbits(self._bits, bitorder="little"))
        self._append("starts", np.asarray([self._tokens]))
        self._append("firsts", np.asarray([self._pieces]))
        for array in self._arrays.values():
            array.finish()

    def _append(self, name: str, values: NDArray[Any]) -> None:
        self._arrays[name].append(values)

    def _append_bits(self, scored: NDArray[np.bool_]) -> None:
        bits = np.concatenate([self._bits, scored])
        whole = len(bits) // BITS * BITS
        self._append("scored", np.packbits(bits[:whole], bitorder="little"))
        self._bits = bits[whole:]


class _Growing:
    """One array in NumPy's own file format, whose length is not known before the end.

    Attributes:
        kind: of its numbers.
    """

    def __init__(self, path: Path, kind: DTypeLike) -> None:
        self.kind = np.dtype(kind)
        self._length = 0
        self._stream = path.open("wb")
        self._head()

    def append(self, values: NDArray[Any]) -> None:
        """Write more of its numbers."""
        self._stream.write(np.ascontiguousarray(values, self.kind).data)
        self._length += len(values)

    def finish(self) -> None:
        """Write the header again; NumPy leaves room in it for any length."""
        self._stream.seek(0)
        self._head()
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Let the file go."""
        self._stream.close()

    def _head(self) -> None:
        write_array_header_1_0(self._stream, {"descr": self.kind.str, "fortran_order": False, "shape": (self._length,)})


def open_stored(folder: Path) -> Stored:
    """The arrays of a folder, mapped.

    Raises:
        ValueError, OSError: one is missing or not whole.
    """
    return Stored(**{name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in NAMES})
