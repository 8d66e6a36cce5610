"""What of a content is compared with others.

An example is compared by what it asks about and what it answers. An instruction that asks about an input is looked at
as well, unless it is a mere request (`次の文を要約してください。`). A request in front of a question counts for
nothing, and so does the order of a list of short things, such as choices.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from tehon.leakage.lookup import ragged
from tehon.records.corpus import Example
from tehon.records.step import Content
from tehon.text.ngrams import Hashes, Letters, Places, Runs, numerals
from tehon.text.normalise import compatible, same_words

TEXTS = 4
"""Texts that every content is compared by: what came before, what is asked about an input, the matter, the response."""
ASKED = 1
"""The one that says little by itself: it does not count for how alike two contents are, but must not be another."""
LONGEST_LIST = 200
"""Characters of a text that may hold a list whose order counts for nothing."""
LONGEST_THING = 12
"""Characters of one thing of such a list."""
FEWEST_THINGS = 3
_HEAD = re.compile(
    r"[^。.！？!?\n]{0,80}(?:ください|下さい|なさい|せよ|ましょう|お願いします)(?:[。.！!：:\s]+|$)"
    r"|[^。.！？!?\n]{0,16}(?:質問|問題|問い|クイズ)[^。.！？!?\n]{0,8}[。.！!：:]+\s*"
)
"""A sentence that requests an answer, or announces a question."""
_NAME = re.compile(r"(?:問題?|質問|設問|[Qq])\s?\d{0,3}[：:.)\s]\s*")
_LETTER = re.compile(r"[^\W_]")
_BETWEEN_THINGS = re.compile(r"([、,，\n]+)")


def texts_of(content: Content) -> tuple[str, str, str, str]:
    """The texts that a content is compared by."""
    if not isinstance(content, Example):
        return "", "", content.text, ""
    before = "\n".join(turn.content for turn in content.history) if content.history else ""
    if content.input.strip():
        return before, _asked(content.instruction), _bare(content.input), content.response
    return before, "", _bare(content.instruction), content.response


def texts_of_all(contents: Sequence[Content]) -> list[str]:
    """The texts of some contents, TEXTS of each."""
    return [text for content in contents for text in texts_of(content)]


def hashed_shingles(letters: Letters, size: int) -> tuple[Hashes, Places]:
    """The hash of every shingle of some texts, text by text, and how many each text has.

    A text with fewer letters is one shingle, one without letters none.
    """
    lengths = letters.lengths
    counts = np.where(lengths >= size, lengths - size + 1, lengths.clip(max=1))
    owner, own = ragged(counts)
    starts = letters.starts[owner] + own
    windows = letters.windows(size)
    hashes = windows.take(starts, mode="clip") if len(windows) else np.zeros(len(starts), dtype=np.uint64)
    short = np.flatnonzero(lengths[owner] < size)
    hashes[short] = letters.stretches(starts[short], letters.stops[owner[short]])
    return hashes, counts


def hashed_numbers(letters: Letters) -> Hashes:
    """The hash of the numerals of every TEXTS texts."""
    breaks = np.zeros(len(letters.codes), dtype=np.bool_)
    breaks[letters.stops] = True
    kept = np.flatnonzero(numerals(letters.codes) | breaks)
    stops = np.searchsorted(kept, letters.stops[TEXTS - 1 :: TEXTS])
    starts = np.concatenate([[0], stops[:-1] + 1])[: len(stops)]
    return Runs(letters.codes[kept]).stretches(starts, stops)


@lru_cache(maxsize=1024)
def _asked(instruction: str) -> str:
    """What an instruction asks about an input; empty where it is a mere request."""
    rest = _without_heads(compatible(instruction))
    return "" if _HEAD.fullmatch(rest) else rest


def _bare(text: str) -> str:
    """A text without heads or a name in front, where anything else is left, its lists in order."""
    return _with_lists_in_order(_without_heads(compatible(text)))


def _with_lists_in_order(text: str) -> str:
    if len(text) > LONGEST_LIST:
        return text
    pieces = _BETWEEN_THINGS.split(text)
    things = pieces[::2]
    short = [0 < len(thing) <= LONGEST_THING for thing in things] + [False]
    start = 0
    for place, is_short in enumerate(short):
        if not is_short:
            if place - start >= FEWEST_THINGS:
                things[start:place] = sorted(map(str.strip, things[start:place]), key=same_words)
            start = place + 1
    pieces[::2] = things
    return "".join(pieces)


def _without_heads(text: str) -> str:
    """A text without the sentences and the name that stand before its first other sentence, or before its last one."""
    found = _HEAD.match(text)
    while found and _LETTER.search(text, found.end()):
        text = text[found.end() :]
        found = _HEAD.match(text)
    name = _NAME.match(text)
    return text[name.end() :] if name else text
