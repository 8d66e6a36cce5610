"""The plain layout: sequences side by side, padded on the right to the longest; the tree's reference."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tehon.engine.tokens import Encoded


@dataclass(frozen=True, slots=True)
class Block:
    """A few sequences side by side.

    Attributes:
        ids: (batch, time) tokens, 0 where a sequence has ended.
        source: (scored tokens,) the flat position that predicts.
        target: (scored tokens,) the predicted token.
        weight: (scored tokens,).
    """

    ids: NDArray[np.int64]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    weight: NDArray[np.float64]


def blocks(sequences: Sequence[Encoded], budget: int) -> Iterator[Block]:
    """The sequences, in their order, as blocks of at most `budget` positions; a longer sequence gets its own block.

    A sequence without scored tokens is left out.
    """
    together: list[Encoded] = []
    longest = 0
    for sequence in sequences:
        length = len(sequence.inputs)
        if not length:
            continue
        if together and max(longest, length) * (len(together) + 1) > budget:
            yield _block(together, longest)
            together, longest = [], 0
        together.append(sequence)
        longest = max(longest, length)
    if together:
        yield _block(together, longest)


def _block(sequences: list[Encoded], width: int) -> Block:
    ids = np.zeros((len(sequences), width), np.int64)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence.inputs)] = sequence.inputs
    return Block(
        ids=ids,
        source=np.concatenate([row * width + s.scored - 1 for row, s in enumerate(sequences)]),
        target=np.concatenate([s.ids[s.scored] for s in sequences]).astype(np.int64),
        weight=np.concatenate([s.weights[s.scored] for s in sequences]).astype(np.float64),
    )
