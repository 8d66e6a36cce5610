"""Hashes of character n-grams and of longer stretches, over many texts at once.

Texts are compared by their letters: compatible characters unified (NFKC), without case, and nothing but letters and
numbers left, as `same_words` has it. All letters of a block of texts lie in one array, and every step is one operation
on that array, so that a text of 230 characters costs about 3 µs in a block of some hundred; alone it costs 20.
"""

from collections.abc import Sequence
from functools import cache, cached_property
from unicodedata import category, normalize

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]

BREAK, LINE, SENTENCE, COLON = 1, 2, 3, 4
"""Codes of what is no letter: the end of a text stands among the letters, the others beside them."""
_APART = 5
"""The code of a character that means something else after its neighbour, or more than one letter."""
_CODES = 0x33480
"""Letters lie below; of what lies above, tags and variation selectors, nothing is left."""
_MARKS = {LINE: "\n\r\v\f\x85\u2028\u2029", SENTENCE: "。．！？!?｡", COLON: "：:"}
NUMERALS = "0123456789〇一二三四五六七八九十百千万億兆"
"""Letters that make a text another one wherever they change."""
_FACTOR = 0x9E3779B97F4A7C15
_INVERSE = pow(_FACTOR, -1, 1 << 64)
_STIR = np.uint64(0xD6E8FEB86659FD93)


class Runs:
    """Hashes of runs of codes; equal runs have equal hashes, in every array and on every machine.

    Args:
        codes: any numbers.
    """

    def __init__(self, codes: NDArray[np.uint32]) -> None:
        """Hash nothing yet."""
        self.codes = codes

    def windows(self, size: int) -> Hashes:
        """The hash of every run of `size` codes, by its start."""
        sums = self._sums
        if len(self.codes) < size:
            return np.zeros(0, dtype=np.uint64)
        return stirred((sums[size:] - sums[:-size]) * _powers(_FACTOR, len(sums) - size))

    def stretches(self, starts: Places, stops: Places) -> Hashes:
        """The hash of every run from a start to before a stop."""
        return stirred(self._raw(starts, stops))

    def joined(self, first: tuple[Places, Places], second: tuple[Places, Places]) -> Hashes:
        """The hash of each first run (start, stop) with the second one right behind it."""
        shift = _powers(_INVERSE, len(self.codes) + 1)[first[1] - first[0]]
        return stirred(self._raw(*first) + self._raw(*second) * shift)

    def _raw(self, starts: Places, stops: Places) -> Hashes:
        return (self._sums[stops] - self._sums[starts]) * _powers(_FACTOR, len(self.codes) + 1)[starts]

    @cached_property
    def _sums(self) -> Hashes:
        sums = np.zeros(len(self.codes) + 1, dtype=np.uint64)
        np.cumsum(self.codes * _powers(_INVERSE, len(self.codes)), out=sums[1:])
        return sums


class Letters(Runs):
    """The letters of some texts, one text after the other, each followed by a break.

    Attributes:
        codes: code points, breaks included.
        starts: where each text starts in `codes`.
        stops: where it ends; its break stands there.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        """Look at every character once."""
        folded = _folded(texts)
        letters = (folded > _APART) | (folded == BREAK)
        super().__init__(folded[letters])
        self._letters, self._folded = letters, folded
        self.stops = np.flatnonzero(self.codes == BREAK)
        self.starts = np.concatenate([[0], self.stops[:-1] + 1]) if len(texts) else self.stops

    @property
    def lengths(self) -> Places:
        """How many letters each text has."""
        return self.stops - self.starts

    def marks(self, *kinds: int) -> Places:
        """Where these marks stand: the place of the letter that follows, in rising order."""
        places, found = self._marks
        return places[np.isin(found, kinds)]

    @cached_property
    def _marks(self) -> tuple[Places, NDArray[np.uint32]]:
        found = np.flatnonzero((self._folded - LINE) <= COLON - LINE)
        places = np.cumsum(self._letters, dtype=np.int64)[found]
        return places, self._folded[found]


def stirred(hashes: Hashes) -> Hashes:
    """High bits reach low ones and low bits high ones, so that any part of a hash serves."""
    hashes = hashes ^ (hashes >> np.uint64(32))
    hashes *= _STIR
    hashes ^= hashes >> np.uint64(32)
    return hashes


def numerals(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which of these letters are numerals."""
    found: NDArray[np.bool_] = _numerals().take(codes, mode="clip")
    return found


def _folded(texts: Sequence[str]) -> NDArray[np.uint32]:
    """Every character as the letter that it counts as, a mark, or 0 for nothing."""
    folded = _look_up(texts)
    if not (folded == _APART).any():
        return folded
    ends = np.cumsum([len(text) + 1 for text in texts])
    odd = np.unique(np.searchsorted(ends, np.flatnonzero(folded == _APART), side="right"))
    plain = list(texts)
    for place in odd.tolist():
        plain[place] = normalize("NFKC", normalize("NFKC", texts[place]).casefold())
    return _look_up(plain)


def _look_up(texts: Sequence[str]) -> NDArray[np.uint32]:
    joined = "\0".join((*texts, "")).encode("utf-32-le", "surrogatepass")
    folded: NDArray[np.uint32] = _fold().take(np.frombuffer(joined, dtype="<u4"), mode="clip")
    folded[np.cumsum([len(text) + 1 for text in texts], dtype=np.int64) - 1] = BREAK
    return folded


@cache
def _numerals() -> NDArray[np.bool_]:
    table = np.zeros(0x10000, dtype=np.bool_)
    table[[ord(numeral) for numeral in NUMERALS]] = True
    return table


@cache
def _fold() -> NDArray[np.uint32]:
    table = np.array([*map(_letter, map(chr, range(_CODES))), 0], dtype=np.uint32)
    for mark, characters in _MARKS.items():
        table[[ord(character) for character in characters]] = mark
    return table


def _letter(character: str) -> int:
    if category(character) == "Cs":
        return 0
    plain = normalize("NFKC", normalize("NFKC", character).casefold())
    if any(category(piece).startswith("M") or "\u1160" <= piece < "\u1200" for piece in plain):
        return _APART  # joins the letter before it
    letters = [letter for letter in plain if letter.isalnum()]
    return 0 if not letters else ord(letters[0]) if len(letters) == 1 else _APART


_TABLES: dict[int, Hashes] = {}


def _powers(factor: int, count: int) -> Hashes:
    """The first powers of a factor, modulo 2⁶⁴; they are made once and kept."""
    table = _TABLES.get(factor)
    if table is None or len(table) < count:
        size = 1 << max(18, (count - 1).bit_length())
        table = np.full(size, factor, dtype=np.uint64)
        table[0] = 1
        np.multiply.accumulate(table, out=table)
        _TABLES[factor] = table
    return table[:count]
