"""A release in tokens, looked at sequence by sequence where it lies on disk: none of it is kept in memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tehon.engine.tokens import Encoded

Numbers = NDArray[np.int64]
NONE: Numbers = np.zeros(0, np.int64)
STRETCHES = 32


@dataclass(frozen=True, slots=True)
class Stored:
    """The arrays of a release, mapped from their files.

    A sequence is what steps count: one example, or one or more pieces of documents. Pieces never see each other.

    Attributes:
        ids: (tokens,) of all pieces, one after the other.
        scored: (⌈tokens / 8⌉,) one bit a token, the lowest first: it belongs to a response or ends it.
        starts: (pieces + 1,) where each piece begins in `ids`.
        firsts: (sequences + 1,) the first piece of each sequence.
        rows: (pieces,) which of the release's contents it comes from.
        fates: (pieces,) what was done to it; see `tehon.tune.tally.Fate`.
    """

    ids: NDArray[np.uint16] | NDArray[np.uint32]
    scored: NDArray[np.uint8]
    starts: Numbers
    firsts: Numbers
    rows: Numbers
    fates: NDArray[np.uint8]

    def __len__(self) -> int:
        """How many sequences there are."""
        return len(self.firsts) - 1

    def lengths(self, longest: int) -> tuple[int, ...]:
        """How many sequences there are in each of STRETCHES equal stretches from 0 to `longest` tokens."""
        tokens = np.diff(self.starts[self.firsts])
        return tuple(np.histogram(tokens, STRETCHES, (0, longest))[0].tolist())

    def piece(self, number: int, context_weight: float) -> Encoded:
        """One piece; its tokens weigh 1 where they are scored."""
        start, stop = int(self.starts[number]), int(self.starts[number + 1])
        bits = np.unpackbits(self.scored[start // 8 : -(-stop // 8)], bitorder="little")[start % 8 :][: stop - start]
        weights = np.where(bits, np.float32(1), np.float32(context_weight))
        weights[:1] = 0
        return Encoded(ids=self.ids[start:stop].astype(np.int32), weights=weights)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Some of a release's sequences, numbered anew in the order of the release.

    Attributes:
        stored: all of them.
        context_weight: weight of the tokens that are not scored.
        listed: (some,) numbers of stored sequences, rising.
        only: the corpus is these and not all others, so that a list of millions is never needed.
    """

    stored: Stored
    context_weight: float
    listed: Numbers
    only: bool = False

    def __len__(self) -> int:
        """How many sequences there are."""
        return len(self.listed) if self.only else len(self.stored) - len(self.listed)

    def draw(self, numbers: Numbers) -> list[Encoded]:
        """The pieces of these sequences, in their order."""
        return [self.stored.piece(int(piece), self.context_weight) for piece in self.pieces(numbers)]

    def rows(self, numbers: Numbers) -> Numbers:
        """(pieces,) which of the release's contents each piece of these sequences comes from."""
        rows: Numbers = self.stored.rows[self.pieces(numbers)]
        return rows

    def pieces(self, numbers: Numbers) -> Numbers:
        """(pieces,) numbers of the stored pieces of these sequences."""
        firsts, stops = (self.stored.firsts[self._places(numbers) + step] for step in (0, 1))
        return np.concatenate([NONE, *map(np.arange, firsts, stops)])

    def _places(self, numbers: Numbers) -> Numbers:
        """Which of the stored sequences these are."""
        if self.only:
            return self.listed[numbers]
        # Before the k-th that is not listed stand all listed ones with at most k others before them.
        before = np.searchsorted(self.listed - np.arange(len(self.listed)), numbers, side="right")
        return np.asarray(numbers) + before
