"""Clusters of contents that are alike, and which of their members go.

What shares a key is compared with a few that came before it under the same key, and with few in all, so that a million
contents under one key cost a million comparisons and not a million times a million. Whatever goes was compared with
something that stays: a chain of likenesses, each a little different, is not one content.

Memory: 9 bytes a content, a filter of fixed size, and shingles of fixed number.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tehon.build.near_likeness import Compared, alike, compared
from tehon.records.release import NearDuplicates
from tehon.records.step import Content
from tehon.text.ngrams import Places

FIRSTS = 8
"""Contents under one key that the others are compared with."""
TRIES = 24
"""Comparisons in vain after which a content is left alone."""
HELD = 1 << 18
"""Shingles that are kept for the next comparison, about 100 bytes each."""
_SEEN = 1 << 20
"""Pairs in vain that are remembered."""
_SPREAD, _PRIME = 0x9E3779B1, (1 << 61) - 1


class Clusters:
    """Contents that are alike, joined pair by pair.

    Args:
        contents: how many there are.
        read: reads one.
        settings: what counts as alike.

    Attributes:
        compared: pairs that were compared.
        alike: pairs that were found alike.
    """

    def __init__(self, contents: int, read: Callable[[int], Content], settings: NearDuplicates) -> None:
        """Everything stands alone."""
        self.compared = 0
        self.alike = 0
        self._settings, self._read = settings, read
        self._parent = np.arange(contents, dtype=np.uint32 if contents < 1 << 32 else np.uint64)
        self._partner = self._parent.copy()
        self._tries = np.zeros(contents, dtype=np.uint8)
        self._sizes: dict[int, int] = {}
        self._in_vain = np.zeros(_SEEN, dtype=np.uint64)
        self._held: OrderedDict[int, Compared] = OrderedDict()
        self._room = HELD

    def join(self, bucket: Places) -> None:
        """Compare what shares a key."""
        firsts: list[int] = []
        for row in bucket.tolist():
            if not self._joins(row, firsts) and len(firsts) < FIRSTS:
                firsts.append(row)

    def _joins(self, row: int, firsts: list[int]) -> bool:
        root = self._root(row)
        if any(self._root(first) == root for first in firsts):
            return True
        alike_to = (first for first in firsts if self._tries[row] < TRIES and self._alike(first, row))
        return any(self._merge(first, row) for first in alike_to)

    def _alike(self, first: int, row: int) -> bool:
        pair = (first << 32) + row
        place = pair * _SPREAD % _PRIME % _SEEN
        if self._in_vain[place] == pair:
            return False
        self.compared += 1
        if alike(self._texts(first), self._texts(row), self._settings):
            self.alike += 1
            return True
        self._in_vain[place] = pair
        self._tries[row] += 1
        return False

    def _merge(self, first: int, row: int) -> bool:
        """Make two clusters one, unless it would be too large."""
        low, high = sorted((self._root(first), self._root(row)))
        size = self._sizes.get(low, 1) + self._sizes.get(high, 1)
        if size > self._settings.most_cluster:
            return False
        self._parent[high] = low
        self._sizes[low] = size
        self._sizes.pop(high, None)
        self._partner[row] = min(first, int(self._partner[row]))
        return True

    def _root(self, row: int) -> int:
        parent = self._parent
        while True:
            above = int(parent[row])
            if above == row:
                return row
            parent[row] = parent[above]
            row = above

    def _texts(self, row: int) -> Compared:
        held = self._held.get(row)
        if held is not None:
            self._held.move_to_end(row)
            return held
        texts = compared(self._read(row), self._settings.shingle)
        self._held[row] = texts
        self._room -= texts.size
        while self._room < 0 and len(self._held) > 1:
            self._room += self._held.popitem(last=False)[1].size
        return texts

    @property
    def count(self) -> int:
        """How many clusters of two and more there are."""
        return len(self._sizes)

    @property
    def largest(self) -> int:
        """Members of the largest cluster."""
        return max(self._sizes.values(), default=0)

    def firsts(self, chosen: NDArray[np.bool_]) -> Places:
        """Of each chosen content the first of its cluster."""
        return self._roots()[chosen].astype(np.int64)

    def _roots(self) -> NDArray[Any]:
        roots = self._parent
        while (roots != (above := roots[roots])).any():
            roots = above
        return roots

    def dropped(self) -> NDArray[np.bool_]:
        """Which contents go: those that are alike to a member of their cluster that stays."""
        dropped = np.zeros(len(self._parent), dtype=np.bool_)
        for members in self._clusters():
            kept = [members[0]]
            for row in members[1:]:
                partner = int(self._partner[row])
                stays = partner == row or dropped[partner]
                if stays and not any(self._alike(one, row) for one in kept):
                    kept = [*kept, row][:FIRSTS]
                else:
                    dropped[row] = True
        return dropped

    def _clusters(self) -> Iterator[list[int]]:
        """The members of each cluster, both in rising order."""
        roots = self._roots()
        members = np.flatnonzero((roots != np.arange(len(roots))) | np.isin(np.arange(len(roots)), [*self._sizes]))
        order = members[np.lexsort((members, roots[members]))]
        bounds = np.flatnonzero(np.diff(roots[order])) + 1
        for cluster in np.split(order, bounds) if len(order) else ():
            yield cluster.tolist()
