"""Which examples a step holds: a function of seed, epoch and index alone, so that any step can be drawn again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROUNDS = 6
Words = NDArray[np.uint64]


def shuffled(places: NDArray[np.int64], size: int, key: int) -> NDArray[np.int64]:
    """Where each place lands in a keyed permutation of `range(size)`; nothing else is computed or stored.

    A Feistel network permutes the next power of four; what falls outside goes through it again until it is inside.

    Source: Black and Rogaway 2002, Ciphers with Arbitrary Finite Domains, section 5 (cycle walking).
    """
    half = max(1, (max(1, size - 1).bit_length() + 1) // 2)
    words = places.astype(np.uint64)
    outside = np.ones(len(words), bool)
    while outside.any():
        words[outside] = _feistel(words[outside], half, key)
        outside = words >= size
    return words.astype(np.int64)


def _feistel(words: Words, half: int, key: int) -> Words:
    bits, mask = np.uint64(half), np.uint64((1 << half) - 1)
    left, right = words >> bits, words & mask
    for number in range(ROUNDS):
        left, right = right, left ^ (mixed_words(right, mixed(key, number)) & mask)
    return (left << bits) | right


def mixed_words(words: Words, key: int) -> Words:
    """Each word and the key as 64 well-stirred bits (the finaliser of SplitMix64)."""
    stirred: Words = words ^ np.uint64(key)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        stirred = (stirred ^ (stirred >> np.uint64(shift))) * np.uint64(factor)
    return stirred ^ (stirred >> np.uint64(31))


def mixed(*numbers: int) -> int:
    """The numbers as one key of 64 bits, the same on every machine."""
    key = np.zeros(1, np.uint64)
    for number in numbers:
        key = mixed_words(key + np.uint64(0x9E3779B97F4A7C15), number & 0xFFFFFFFFFFFFFFFF)
    return int(key[0])


@dataclass(frozen=True, slots=True)
class Order:
    """Every step of a run.

    A step holds exactly `batch_size` examples; one that reaches the end of an epoch goes on with the next epoch's
    first. Only the last step of the whole run may be smaller.

    Attributes:
        examples: how many there are.
        batch_size: examples in a step.
        epochs: how often each is drawn.
        seed: of the order.
        max_steps: stop earlier; None runs all epochs.
    """

    examples: int
    batch_size: int
    epochs: int
    seed: int
    max_steps: int | None = None

    @property
    def steps(self) -> int:
        """Steps in the run."""
        steps = -(-self.examples * self.epochs // self.batch_size)
        return steps if self.max_steps is None else min(steps, self.max_steps)

    def drawn(self, steps: int) -> int:
        """Examples in the first `steps` steps, repetitions counted."""
        return min(steps * self.batch_size, self.examples * self.epochs)

    def step(self, number: int) -> NDArray[np.int64]:
        """The examples of one step, in the order in which they were drawn."""
        draws = np.arange(self.drawn(number), self.drawn(number + 1))
        epochs, places = np.divmod(draws, self.examples)
        drawn = [
            shuffled(places[epochs == epoch], self.examples, mixed(self.seed, int(epoch)))
            for epoch in np.unique(epochs)
        ]
        return np.concatenate(drawn)
