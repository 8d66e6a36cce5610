"""How much of a held-out text stands in another one, letter by letter, though only hashes of it are known.

A held-out text is kept as one number for every letter: what kind of letter it is, and two short hashes, of it with the
next letter and of it with the one after that. A place where the text may stand is known from a seed, a run of letters
that both share. From there these pairs are looked for where they would stand if nothing were changed, or up to DRIFT
letters beside it, as letters may be missing or added. A letter of which no pair is there counts as changed.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tehon.leakage.lookup import ragged
from tehon.text.ngrams import NUMERALS, Hashes, Places, Runs, numerals

DRIFT = 3
"""Letters that may be added or missing between a seed and the pair that is looked for."""
GLANCE = 0.3
"""Share of the pairs around a seed that must be there at first glance for a place to be looked at."""
REACH = 64
"""Pairs on either side of a seed that it speaks for; a longer text has a seed for each part."""
WORD = 2
"""Letters of a run of kanji, or of katakana, Latin and the like, from which it is a word; what opens a text, being what
it is about, is one in any case."""
_SPREAD = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D], dtype=np.uint32)
_KIND, _HASH = np.uint32(30), 15
"""Where the kind of a letter stands in its number, and how many bits each of the two hashes below it has."""
_MASK = np.uint32((1 << _HASH) - 1)
_STEPS = (1, 2)
"""How far the second letter of a pair is."""
_OTHER, _KANJI, _FOREIGN, _NUMERAL = range(4)
_DRIFTS = tuple(range(-DRIFT, DRIFT + 1))
_NOWHERE = 127
_BITS = 32
_FAR = 1 << 31
"""Keeps starts, which may lie a little before the first letter, apart from the numbers of contents."""

Pairs = NDArray[np.uint32]


class Units(NamedTuple):
    """Held-out texts.

    Attributes:
        lengths: letters of each.
        firsts: where its letters start in `pairs`.
        pairs: the number of each letter.
        numerals: the hash of the numerals of each.
    """

    lengths: Places
    firsts: Places
    pairs: Pairs
    numerals: Hashes


class Sight:
    """Letters as held-out texts are looked for in them.

    Args:
        codes: the letters.
    """

    def __init__(self, codes: NDArray[np.uint32]) -> None:
        """Number every letter."""
        self.pairs = pairs_of(codes)
        found = numerals(codes)
        self._before = np.concatenate([[0], np.cumsum(found)])
        self._numerals = Runs(codes[found])

    def numerals(self, starts: Places, stops: Places) -> Hashes:
        """The hash of the numerals within each range of letters."""
        return self._numerals.stretches(self._before[starts], self._before[stops])


class Seeded(NamedTuple):
    """Places where held-out texts may stand: which, the seed's place in it, the seed's place in the letters."""

    units: Places
    ats: Places
    places: Places


class Found(NamedTuple):
    """How held-out texts stand at some places.

    Attributes:
        units: which.
        places: of a seed of each in the letters.
        starts: where they start in the letters, or would if nothing were changed; that may lie before the text.
        changed: letters of each that do not stand there.
        telling: no word of it is another there, and the numerals are the same.
        ended: its last two letters stand there.
    """

    units: Places
    places: Places
    starts: Places
    changed: Places
    telling: NDArray[np.bool_]
    ended: NDArray[np.bool_]


def pairs_of(codes: NDArray[np.uint32]) -> Pairs:
    """The number of each letter; those of the last two of a text mean nothing but their kinds."""
    pairs = _kinds().take(codes, mode="clip") << _KIND
    for step in _STEPS:
        spread = (codes[:-step] * _SPREAD[0] ^ codes[step:] * _SPREAD[1]) * _SPREAD[2]
        pairs[:-step] |= (spread >> np.uint32(32 - _HASH)) << np.uint32((step - 1) * _HASH)
    return pairs


def align(units: Units, seeded: Seeded, rows: Places, sight: Sight) -> Found:
    """What stands at these places; those where nearly nothing does are left out.

    Args:
        units: all held-out texts.
        seeded: where they may stand.
        rows: of each place, the content that it lies in; a long text may stand in pieces all over one content.
        sight: the letters.
    """
    kept = _distinct(units, seeded)
    kept = kept[_promising(units, _some(seeded, kept), sight.pairs)]
    seeded, rows = _some(seeded, kept), rows[kept]
    starts = seeded.places - seeded.ats
    apart = np.where(units.lengths[seeded.units] > REACH, rows, starts + _FAR)
    _, first, group = np.unique((seeded.units << _BITS) + apart, return_index=True, return_inverse=True)
    unit = seeded.units[first]
    lengths = units.lengths[unit]
    offsets = np.cumsum(lengths) - lengths
    seen = _seen(units, seeded, sight.pairs)
    covered = np.zeros(int(lengths.sum()), dtype=np.bool_)
    covered[offsets[group][seen.seeds] + seen.letters] = True
    low, high = np.full(len(unit), len(sight.pairs)), np.zeros(len(unit), dtype=np.int64)
    np.minimum.at(low, group[seen.seeds], seen.starts)
    np.maximum.at(high, group[seen.seeds], seen.stops)
    owner, own = ragged(lengths)
    kinds = units.pairs[units.firsts[unit][owner] + own] >> _KIND
    numerals_there = sight.numerals(low, high)
    return Found(
        units=unit,
        places=seeded.places[first],
        starts=starts[first],
        changed=np.bincount(owner[~covered], minlength=len(unit)),
        telling=~_lost_words(owner, kinds, covered, len(unit)) & (numerals_there == units.numerals[unit]),
        ended=covered[offsets + lengths - 1] & covered[offsets + np.maximum(lengths - 2, 0)],
    )


class _Around(NamedTuple):
    """Letters of held-out texts around their seeds: seed, place in the text, number, place if nothing is changed."""

    owner: Places
    own: Places
    wanted: Pairs
    place: Places


def _around(units: Units, seeded: Seeded) -> _Around:
    first = np.maximum(seeded.ats - REACH, 0)
    owner, own = ragged(np.minimum(seeded.ats + REACH, units.lengths[seeded.units]) - first)
    own += first[owner]
    wanted = units.pairs[units.firsts[seeded.units][owner] + own]
    return _Around(owner, own, wanted, (seeded.places - seeded.ats)[owner] + own)


def _distinct(units: Units, seeded: Seeded) -> Places:
    """The numbers of one seed for each start of a text, or of each part of a long one."""
    part = np.where(units.lengths[seeded.units] > REACH, seeded.ats // REACH, 0)
    keys = np.stack([part, seeded.places - seeded.ats, seeded.units])
    order = np.lexsort(tuple(keys))
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (np.diff(keys[:, order]) != 0).any(axis=0)
    kept: Places = order[new]
    return kept


def _promising(units: Units, seeded: Seeded, pairs: Pairs) -> Places:
    """The numbers of the seeds around which enough is where it should be, give or take one letter."""
    around = _around(units, seeded)
    same = np.zeros(len(around.owner), dtype=np.bool_)
    for drift in (-1, 0, 1):
        same |= (pairs.take(around.place + drift, mode="clip") ^ around.wanted) & _MASK == 0
    count = len(seeded.units)
    there = np.bincount(around.owner[same], minlength=count)
    return np.flatnonzero(there >= GLANCE * np.bincount(around.owner, minlength=count))


class _Seen(NamedTuple):
    """Letters that are there: of which seed, their place in its text, and where the pair stands that shows them."""

    seeds: Places
    letters: Places
    starts: Places
    stops: Places


def _seen(units: Units, seeded: Seeded, pairs: Pairs) -> _Seen:
    """Both letters of every pair that is there; one letter between them may have come or gone."""
    around = _around(units, seeded)
    left = units.lengths[seeded.units][around.owner] - around.own
    hashes = {step: _hash(pairs, step) for step in _STEPS}
    found: list[_Seen] = []
    for step in _STEPS:
        wanted = _hash(around.wanted, step)
        for wide, row in hashes.items():
            drifts = np.full(len(wanted), _NOWHERE, dtype=np.int8)
            for drift in _DRIFTS:
                drifts[row.take(around.place + drift, mode="clip") == wanted] = drift
            there = np.flatnonzero((drifts != _NOWHERE) & (left > step))
            start = around.place[there] + drifts[there]
            stop = start + wide + 1
            kept = np.flatnonzero((start >= 0) & (stop <= len(pairs)))
            columns = (around.owner[there[kept]], around.own[there[kept]], start[kept], stop[kept])
            found += [_Seen(*columns), _Seen(columns[0], columns[1] + step, *columns[2:])]
    return _Seen(*map(np.concatenate, zip(*found, strict=True)))


def _hash(pairs: Pairs, step: int) -> NDArray[np.uint16]:
    """The hash of each letter with the one so many further on."""
    return (pairs >> np.uint32((step - 1) * _HASH) & _MASK).astype(np.uint16)


def _some(seeded: Seeded, kept: Places) -> Seeded:
    return Seeded(seeded.units[kept], seeded.ats[kept], seeded.places[kept])


def _lost_words(owner: Places, kinds: Pairs, covered: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """Of each text, whether most of a word of it is changed."""
    opens, heads = (np.ones(len(kinds), dtype=np.bool_) for _ in range(2))
    heads[1:] = owner[1:] != owner[:-1]
    opens[1:] = heads[1:] | (kinds[1:] != kinds[:-1])
    run = np.cumsum(opens) - 1
    kind, of_text = kinds[opens], owner[opens]
    changed = np.bincount(run[~covered], minlength=len(kind))
    size = np.bincount(run, minlength=len(kind))
    word = ((kind == _KANJI) | (kind == _FOREIGN)) & ((size >= WORD) | heads[opens])
    word &= 2 * changed > size
    return np.bincount(of_text[word], minlength=count) > 0


@cache
def _kinds() -> Pairs:
    """The kind of every letter; what lies above the table is kanji."""
    table = np.full(0x3400, _FOREIGN, dtype=np.uint32)
    table[:0x30] = _OTHER
    table[0x3041:0x30A0] = _OTHER
    kinds = np.concatenate([table, np.full(0x10000 - len(table), _KANJI, dtype=np.uint32)])
    kinds[0xAC00:0xD7B0] = _FOREIGN
    kinds[[ord(letter) for letter in "々〆"]] = _KANJI
    kinds[[ord(numeral) for numeral in NUMERALS]] = _NUMERAL
    return kinds
