"""Sequences of tokens with a weight on each: what tuning trains on and evaluation scores."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tehon.records.requests import Spelling

Ids = NDArray[np.int32]
Weights = NDArray[np.float32]


class Tokens(NamedTuple):
    """One prompt in tokens, before anything is weighed.

    Attributes:
        ids: token ids.
        scored: where what is scored starts and stops, in order.
    """

    ids: list[int]
    scored: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Encoded:
    """One prompt in tokens.

    Attributes:
        ids: (tokens,) token ids.
        weights: (tokens,) how much predicting each token counts; 0 for context, and always 0 for the first token,
            which nothing predicts.
        merged: a token spans the border between what is read and what is scored.
    """

    ids: Ids
    weights: Weights
    merged: bool = False

    @property
    def inputs(self) -> Ids:
        """The tokens that must be read: everything before the last one that is scored."""
        scored = np.flatnonzero(self.weights)
        return self.ids[: scored[-1]] if scored.size else self.ids[:0]

    @property
    def scored(self) -> NDArray[np.int64]:
        """Indices of the tokens that count, in order."""
        return np.flatnonzero(self.weights)


def weighed(spelling: Spelling) -> Encoded:
    """A request's tokens, those that are scored weighing 1."""
    weights = np.zeros(len(spelling.ids), np.float32)
    weights[len(weights) - spelling.scored :] = 1
    return Encoded(ids=np.asarray(spelling.ids, dtype=np.int32), weights=weights, merged=spelling.merged)


def encoded(ids: list[int], weights: list[float], *, merged: bool = False) -> Encoded:
    """The two lists as arrays, with the first token's weight cleared."""
    array = np.asarray(weights, dtype=np.float32)
    array[:1] = 0
    return Encoded(ids=np.asarray(ids, dtype=np.int32), weights=array, merged=merged)
