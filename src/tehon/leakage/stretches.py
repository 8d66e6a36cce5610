"""The stretches of contents that can be a held-out text exactly.

They are whole texts, their lines, and an instruction's sentences, each with and without a name in front (`質問：`).
"""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tehon.leakage.alignment import Sight
from tehon.records.corpus import Example
from tehon.records.step import Content
from tehon.text.ngrams import COLON, LINE, SENTENCE, Hashes, Letters, Places

LONGEST_NAME = 8
"""Letters before a colon that are a name; more are part of a sentence."""
NUMBERED, MOST_DIGITS = ("問", "問題", "質問", "設問", "q"), 3
"""Names that a number follows, and its digits at most."""
LONGEST_ASKED = 160
"""Letters of a text that may be what is asked, such as a pair of sentences; a longer one is what is asked about."""
LONGEST_TEXT = 1 << 17
"""Characters of a document that are looked at in one go."""
TURN, INSTRUCTION, INPUT, RESPONSE, PLAIN = range(5)
_EXCHANGE = (INSTRUCTION, INPUT, RESPONSE)


class Stretches(NamedTuple):
    """Runs of letters, in no order: content, start, stop."""

    rows: Places
    starts: Places
    stops: Places


class Block:
    """Some contents as letters.

    Attributes:
        letters: of every text of every content.
        rows: of each text, the number of its content.
        roles: of each text, what it is to its content.
    """

    def __init__(self, contents: Sequence[Content]) -> None:
        """Take every text out once."""
        texts: list[str] = []
        roles: list[int] = []
        counts: list[int] = []
        for content in contents:
            before = len(texts)
            if isinstance(content, Example):
                if content.history:
                    texts += [turn.content for turn in content.history]
                    roles += [TURN] * len(content.history)
                texts += (content.instruction, content.input, content.response)
                roles += _EXCHANGE
            else:
                texts += (content.title, *_cut(content.text))
                roles += [PLAIN] * (len(texts) - before)
            counts.append(len(texts) - before)
        self.letters = Letters(texts)
        self.rows = np.repeat(np.arange(len(contents)), counts)
        self.roles = np.array(roles, dtype=np.int8)

    def row_of(self, places: Places) -> Places:
        """The content that a letter belongs to."""
        return self.rows[self._text_of(places)]

    def role_of(self, places: Places) -> NDArray[np.int8]:
        """What the text that a letter belongs to is to its content."""
        return self.roles[self._text_of(places)]

    def _text_of(self, places: Places) -> Places:
        return np.searchsorted(self.letters.starts, places, side="right") - 1

    @cached_property
    def sight(self) -> Sight:
        """The letters as held-out texts are looked for in them."""
        return Sight(self.letters.codes)

    @cached_property
    def stretch_keys(self) -> Hashes:
        """The hash of each stretch."""
        return self.letters.stretches(self.stretches.starts, self.stretches.stops)

    @cached_property
    def stretches(self) -> Stretches:
        """Every stretch of the examples; documents have none, as a line of a novel proves nothing."""
        letters = self.letters
        starts, stops = [letters.starts], [letters.stops]
        wanted = self.roles != PLAIN
        for kinds, within in (((LINE,), wanted), ((LINE, SENTENCE), self.roles == INSTRUCTION)):
            pieces = self._pieces(letters.marks(*kinds), within)
            starts.append(pieces[0])
            stops.append(pieces[1])
        start, stop = np.concatenate(starts), np.concatenate(stops)
        start, stop = _with_and_without_names(start, stop, letters.marks(COLON))
        start, stop = _with_and_without_numbers(start, stop, letters.codes)
        rows = self.row_of(start)
        kept = (stop > start) & wanted[np.searchsorted(letters.starts, start, side="right") - 1]
        return Stretches(rows[kept], start[kept], stop[kept])

    @cached_property
    def stops(self) -> Places:
        """Where something asked may end, rising: texts, sentences of an instruction, lines of what is no passage."""
        letters = self.letters
        short = letters.lengths <= LONGEST_ASKED
        _, sentences = self._pieces(letters.marks(LINE, SENTENCE), self.roles == INSTRUCTION)
        _, lines = self._pieces(letters.marks(LINE), (self.roles != PLAIN) & short)
        return np.unique(np.concatenate([letters.stops[self.roles != PLAIN], sentences, lines]))

    def wholes(self) -> tuple[Places, tuple[Places, Places], tuple[Places, Places]]:
        """Of every example: its number, and where its instruction and its input start and stop."""
        asked = np.flatnonzero(self.roles == INSTRUCTION)
        bounds = [(self.letters.starts[texts], self.letters.stops[texts]) for texts in (asked, asked + 1)]
        return self.rows[asked], bounds[0], bounds[1]

    def _pieces(self, marks: Places, within: NDArray[np.bool_]) -> tuple[Places, Places]:
        """What lies between these marks, in texts that have one."""
        letters = self.letters
        owner = np.searchsorted(letters.starts, marks, side="right") - 1
        marks = marks[within[owner]]
        owner = owner[within[owner]]
        some = np.unique(owner)
        bounds = np.sort(np.concatenate([letters.starts[some], marks]))
        text = np.searchsorted(letters.starts, bounds, side="right") - 1
        following = np.append(bounds[1:], len(letters.codes))
        return bounds, np.minimum(following, letters.stops[text])


def _with_and_without_names(starts: Places, stops: Places, colons: Places) -> tuple[Places, Places]:
    if not len(colons):
        return starts, stops
    after = np.minimum(np.searchsorted(colons, starts, side="right"), len(colons) - 1)
    colon = colons[after]
    named = (colon > starts) & (colon - starts <= LONGEST_NAME) & (colon < stops)
    return np.concatenate([starts, colon[named]]), np.concatenate([stops, stops[named]])


def _with_and_without_numbers(starts: Places, stops: Places, codes: NDArray[np.uint32]) -> tuple[Places, Places]:
    """A name with a number needs no colon: `問１ `."""
    found, behind = [starts], [stops]
    for name in NUMBERED:
        after, named = starts + len(name), np.ones(len(starts), dtype=np.bool_)
        for place, letter in enumerate(name):
            named &= codes.take(starts + place, mode="clip") == ord(letter)
        digits = np.zeros(len(starts), dtype=np.int64)
        for place in range(MOST_DIGITS):
            code = codes.take(after + place, mode="clip")
            digits += (digits == place) & (code >= ord("0")) & (code <= ord("9"))
        kept = named & (digits > 0) & (after + digits < stops)
        found.append((after + digits)[kept])
        behind.append(stops[kept])
    return np.concatenate(found), np.concatenate(behind)


def _cut(text: str) -> list[str]:
    """A long text in pieces, cut between lines where there are any."""
    pieces = []
    start = 0
    while len(text) - start > LONGEST_TEXT:
        end = text.rfind("\n", start, start + LONGEST_TEXT) + 1 or start + LONGEST_TEXT
        pieces.append(text[start:end])
        start = end
    return [*pieces, text[start:]]
