"""Held-out items on their way into the index: texts become numbers and hashes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from tehon.leakage.alignment import Sight
from tehon.leakage.seeds import Rarity, Seeds, seeds_of, settled
from tehon.leakage.wanted import Wanted
from tehon.text.ngrams import BREAK, Letters

SHORTEST = 8
"""Letters that an item's texts must have together to be looked for within a content; what is shorter is too common to
prove anything, and only known where nothing else stands beside it."""
NEARLY = 13
"""Letters that a text must have to be known when some of them are changed."""
BLOCK = 1024


class Gathering:
    """Numbers every text once, and notes which of them make up an item."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._units: dict[int, int] = {}
        self._texts: list[str] = []
        self._items: dict[tuple[int, ...], None] = {}
        self._wholes: dict[int, int] = {}
        self._passages: dict[tuple[int, int], None] = {}

    def add(self, owner: int, items: Iterable[Wanted]) -> None:
        """Take in the items of one owner."""
        stream = iter(items)
        while block := list(islice(stream, BLOCK)):
            pieces = _Pieces(block)
            for number, item in enumerate(block):
                for key in pieces.wholes(number):
                    self._wholes.setdefault(key, owner)
                asked = pieces.asked(number, len(item.asked))
                if asked:
                    self._items[owner, *sorted({self._number(*text) for text in asked})] = None
                for text in pieces.passages(number):
                    self._passages[self._number(*text), owner] = None

    def _number(self, key: int, text: str) -> int:
        number = self._units.setdefault(key, len(self._texts))
        if number == len(self._texts):
            self._texts.append(text)
        return number

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Every array of the file."""
        seeds = self._seeds()
        items = list(self._items)
        wholes = sorted(self._wholes.items())
        blocks = [Letters(block) for block in _blocks(self._texts)]
        sights = [Sight(letters.codes) for letters in blocks]
        pairs = [sight.pairs[one.codes != BREAK] for one, sight in zip(blocks, sights, strict=True)]
        numerals = [sight.numerals(one.starts, one.stops) for one, sight in zip(blocks, sights, strict=True)]
        return {
            "unit_keys": np.array(list(self._units), dtype=np.uint64),
            "unit_lengths": np.concatenate([np.zeros(0, dtype=np.int64), *(one.lengths for one in blocks)]),
            "unit_numerals": np.concatenate([np.zeros(0, dtype=np.uint64), *numerals]),
            "pairs": np.concatenate([np.zeros(0, dtype=np.uint32), *pairs]),
            "seed_keys": seeds.keys,
            "seed_units": seeds.units,
            "seed_ats": seeds.ats,
            "item_units": np.array([unit for _, *units in items for unit in units], dtype=np.int64),
            "item_counts": np.array([len(item) - 1 for item in items], dtype=np.int64),
            "item_owners": np.array([item[0] for item in items], dtype=np.int64),
            "whole_keys": np.array([key for key, _ in wholes], dtype=np.uint64),
            "whole_owners": np.array([owner for _, owner in wholes], dtype=np.int64),
            "passage_units": np.array([unit for unit, _ in self._passages], dtype=np.int64),
            "passage_owners": np.array([owner for _, owner in self._passages], dtype=np.int64),
        }

    def _seeds(self) -> Seeds:
        rarity = Rarity(map(Letters, _blocks(self._texts)))
        blocks = enumerate(_blocks(self._texts))
        return settled(seeds_of(Letters(block), place * BLOCK, NEARLY, rarity) for place, block in blocks)


class _Pieces:
    """The texts of a block of items with their hashes."""

    def __init__(self, block: Sequence[Wanted]) -> None:
        self._texts: list[str] = []
        self._bounds: list[tuple[int, ...]] = []
        for item in block:
            bounds = [len(self._texts)]
            for group in item:
                self._texts += group
                bounds.append(len(self._texts))
            self._bounds.append(tuple(bounds))
        letters = Letters(self._texts)
        self._keys = letters.stretches(letters.starts, letters.stops).tolist()
        self._lengths = letters.lengths.tolist()

    def asked(self, number: int, questions: int) -> list[tuple[int, str]]:
        """Hash and text of what must stand together; nothing where that is too short to prove anything."""
        first, _, end, *_ = self._bounds[number]
        for stop in (first + questions, end):
            if sum(self._lengths[first:stop]) >= SHORTEST:
                return self._some(first, stop)
        return []

    def wholes(self, number: int) -> list[int]:
        """Hashes of the ways to write all of it in one."""
        return [key for key, _ in self._some(*self._bounds[number][2:4])]

    def passages(self, number: int) -> list[tuple[int, str]]:
        """Hash and text of each passage."""
        return self._some(*self._bounds[number][3:5])

    def _some(self, start: int, stop: int) -> list[tuple[int, str]]:
        return [(self._keys[i], self._texts[i]) for i in range(start, stop) if self._lengths[i]]


def _blocks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[start : start + BLOCK] for start in range(0, len(texts), BLOCK))
