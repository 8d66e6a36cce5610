"""Seeds: the few runs of letters of a held-out text by which a place that may hold it is found.

A text has many, spread over all of it, so that a few changed letters leave one of them whole; of neighbouring runs the
rarest is taken.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tehon.text.ngrams import Hashes, Letters, Places

SIZE = 5
"""Letters of a seed."""
EVERY = 2
"""Letters of a text for each of its seeds, up to MOST of them."""
MOST = 16
EVERY_LONG = 8
"""The same for a text that is longer than EVERY_LONG times MOST."""
MOST_UNITS = 8
"""A seed that more texts share is none: it says little and costs much."""
_HIRAGANA = (0x3041, 0x309F)


class Seeds(NamedTuple):
    """Seeds in rising order of their hashes: hash, text, place in the text."""

    keys: Hashes
    units: Places
    ats: Places


class Rarity:
    """How many times each run of letters stands in the held-out texts themselves."""

    def __init__(self, blocks: Iterable[Letters]) -> None:
        """Count every run once, by the upper half of its hash."""
        found = [np.zeros(0, dtype=np.uint32)]
        found += [_upper(letters.windows(SIZE)) for letters in blocks if len(letters.codes) >= SIZE]
        self._keys, self._counts = np.unique(np.concatenate(found), return_counts=True)

    def commonness(self, keys: Hashes) -> Places:
        """The logarithm to base 2 of each run's count, rounded down."""
        counts = self._counts[np.searchsorted(self._keys, _upper(keys))]
        return np.log2(counts).astype(np.int64)


def seeds_of(letters: Letters, first: int, shortest: int, rarity: Rarity) -> Seeds:
    """The seeds of these texts, in no order.

    Args:
        letters: the texts.
        first: the number of the first of them.
        shortest: letters that a text must have to get seeds.
        rarity: counts over all held-out texts.
    """
    lengths = letters.lengths
    starts = lengths - SIZE + 1
    many = np.maximum(np.minimum(lengths // EVERY, MOST), lengths // EVERY_LONG)
    many = np.where(lengths < shortest, 0, np.minimum(many, starts))
    unit = np.repeat(np.arange(len(lengths)), many)
    part = np.arange(len(unit)) - np.repeat(np.cumsum(many) - many, many)
    low, high = part * starts[unit] // many[unit], (part + 1) * starts[unit] // many[unit]
    room = high - low
    group = np.repeat(np.arange(len(unit)), room)
    at = np.arange(len(group)) - np.repeat(np.cumsum(room) - room, room) + low[group]
    place = letters.starts[unit[group]] + at
    keys = letters.windows(SIZE)[place] if len(place) else np.zeros(0, dtype=np.uint64)
    score = rarity.commonness(keys) + _hiragana(letters.codes, place)
    order = np.lexsort((at, score, group))
    best = order[np.unique(group[order], return_index=True)[1]]
    return Seeds(keys[best], unit[group[best]] + first, at[best])


def settled(seeds: Iterable[Seeds]) -> Seeds:
    """All seeds in order, without those that too many texts share."""
    none = Seeds(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    keys, units, ats = (np.concatenate(column) for column in zip(none, *seeds, strict=True))
    order = np.lexsort((ats, units, keys))
    keys, units, ats = keys[order], units[order], ats[order]
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    kept = counts[inverse] <= MOST_UNITS
    return Seeds(keys[kept], units[kept], ats[kept])


def _hiragana(codes: NDArray[np.uint32], places: Places) -> Places:
    low, high = _HIRAGANA
    sums = np.concatenate([[0], np.cumsum((codes >= low) & (codes <= high), dtype=np.int64)])
    hiragana: Places = sums[places + SIZE] - sums[places]
    return hiragana


def _upper(keys: Hashes) -> NDArray[np.uint32]:
    return (keys >> np.uint64(32)).astype(np.uint32)
