"""A table of hashes that most of what is looked up does not stand in."""

import numpy as np

from tehon.text.ngrams import Hashes, Places

_ENTRIES = 64
"""Entries of the filter for each hash, so that few strangers pass it."""
_LEAST, _MOST = 16, 25
"""Bounds of the filter's size, as powers of 2."""


class Lookup:
    """Sorted hashes behind a filter.

    Args:
        keys: in rising order; equal ones stand for several entries.
    """

    def __init__(self, keys: Hashes) -> None:
        """Mark the high bits of every hash."""
        bits = min(max((len(keys) * _ENTRIES).bit_length(), _LEAST), _MOST)
        self._keys = keys
        self._shift = np.uint64(64 - bits)
        self._filter = np.zeros(1 << bits, dtype=np.bool_)
        self._filter[self._high(keys)] = True

    def find(self, keys: Hashes) -> tuple[Places, Places]:
        """Every match: its place in `keys`, and its place in the table."""
        passed = np.flatnonzero(self._filter.take(self._high(keys)))
        low, high = (np.searchsorted(self._keys, keys[passed], side=side) for side in ("left", "right"))
        owner, own = ragged(high - low)
        return passed[owner], low[owner] + own

    def _high(self, keys: Hashes) -> Places:
        return (keys >> self._shift).view(np.int64)


def ragged(counts: Places) -> tuple[Places, Places]:
    """For groups of these sizes: each member's group, and its number in the group."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
