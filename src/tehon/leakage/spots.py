"""Where the texts of one item stand in a content, and whether each has a place of its own."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from tehon.leakage.alignment import DRIFT, Found, Seeded, Units, align
from tehon.leakage.stretches import Block
from tehon.records.contents import texts
from tehon.records.step import Content
from tehon.text.ngrams import Letters, Places

CHANGED, CHANGED_LATER, FIRST = 0.25, 0.1, 32
"""Share of a text's letters that may be others: of the FIRST ones, and of all that it has beyond them."""
SHORT = 128
"""Letters of the longest text that another word or numeral makes another text; a longer one stays the same."""
MOST_SPOTS = 8
"""Places of one text that are tried."""
_WORDS = re.compile(r"\w+")


class Spot(NamedTuple):
    """A place where a text stands: start and stop in the block's letters, or an empty one where that is not known."""

    start: int
    stop: int
    exact: bool


class Texts:
    """Every stretch of one content, what lies between two marks of punctuation included.

    Args:
        content: the content.
        block: that it is in.
        row: its number there.
    """

    def __init__(self, content: Content, block: Block, row: int) -> None:
        """Hash nothing before it is asked for."""
        self._content, self._block = content, block
        self._places = np.flatnonzero(block.stretches.rows == row)

    def exactly(self, key: int) -> list[Spot]:
        """Where a text with this hash stands as a whole stretch."""
        return self._by_key.get(key, [])

    def nearly(self, unit: int, units: Units) -> list[Spot]:
        """Where a text stands nearly, with its start or its end where a stretch has its own."""
        starts, stops = (bounds[self._places] for bounds in self._block.stretches[1:])
        last = int(units.lengths[unit]) - 1
        count = len(self._places)
        seeded = Seeded(
            units=np.full(2 * count, unit),
            ats=np.repeat(np.array([0, last]), count),
            places=np.concatenate([starts, stops - 1]),
        )
        found = align(units, seeded, self._block.row_of(seeded.places), self._block.sight)
        kept = near(found, units, self._block.stops)
        return [Spot(start, start + last + 1, exact=False) for start in found.starts[kept].tolist()]

    @cached_property
    def _by_key(self) -> dict[int, list[Spot]]:
        pieces = Letters([piece for text in texts(self._content) for piece in _WORDS.findall(text)])
        found = {key: [Spot(0, 0, exact=True)] for key in pieces.stretches(pieces.starts, pieces.stops).tolist()}
        for place in self._places.tolist():
            spot = Spot(int(self._block.stretches.starts[place]), int(self._block.stretches.stops[place]), exact=True)
            found[int(self._block.stretch_keys[place])] = [spot]
        return found


def near(found: Found, units: Units, stops: Places) -> Places:
    """The numbers of what is found that is nearly the text.

    A passage often says what a question asks in nearly the same words; it does not end as the question does.

    Args:
        found: how texts stand somewhere.
        units: all of them.
        stops: where something asked may end, rising: the end of a text that ends there as well may be changed.
    """
    lengths = units.lengths[found.units]
    most = CHANGED * lengths.clip(max=FIRST) + CHANGED_LATER * (lengths - FIRST).clip(min=0)
    ends = found.starts + lengths
    following = stops.take(np.searchsorted(stops, ends - DRIFT), mode="clip") if len(stops) else ends + DRIFT + 1
    ended = found.ended | (np.abs(following - ends) <= DRIFT)
    return np.flatnonzero((found.changed <= most) & (found.telling | (lengths > SHORT)) & ended)


def apart(places: Sequence[Sequence[Spot]]) -> bool | None:
    """Whether every text stands exactly, with a place for each that no other one takes; None where there is none.

    Args:
        places: of each text, where it may stand.
    """
    ranked = [sorted(spots, key=lambda spot: not spot.exact)[:MOST_SPOTS] for spots in places]
    chosen = _choose(sorted(ranked, key=len), ())
    return None if chosen is None else all(spot.exact for spot in chosen)


def _choose(places: Sequence[Sequence[Spot]], taken: tuple[Spot, ...]) -> tuple[Spot, ...] | None:
    if not places:
        return taken
    for spot in places[0]:
        if not any(_clash(spot, other) for other in taken):
            chosen = _choose(places[1:], (*taken, spot))
            if chosen is not None:
                return chosen
    return None


def _clash(one: Spot, other: Spot) -> bool:
    shared = min(one.stop, other.stop) - max(one.start, other.start)
    return 2 * shared > min(one.stop - one.start, other.stop - other.start) > 0
