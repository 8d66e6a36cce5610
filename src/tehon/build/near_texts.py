"""What of a content is compared with others, and how alike two contents are.

An example is compared by what it asks about and what it answers. An instruction that asks about an input is looked at
as well, unless it is a mere request (`次の文を要約してください。`), and a request in front of a question counts for
nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

import numpy as np

from tehon.build.lookup import ragged
from tehon.records.corpus import Example
from tehon.records.release import NearDuplicates
from tehon.records.step import Content
from tehon.text.ngrams import NUMERALS, Hashes, Letters, Places, Runs, numerals
from tehon.text.normalise import same_words

TEXTS = 4
"""Texts that every content is compared by: what came before, what is asked about an input, the matter, the response."""
ASKED = 1
"""The one that says little by itself: it does not count for how alike two contents are, but must not be another."""
LEAST = 0.65
"""Share of the threshold that every single text must reach, and the sentences of it that the other one has not."""
_REQUEST = re.compile(
    r"(?:[^。．！？!?\n]{0,80}(?:ください|下さい|なさい|せよ|ましょう|お願いします)(?:[。．！!：:\s]+|$))+"
)
_NAME = re.compile(r"(?:問|問題|質問|設問|[Qq])\s?\d{0,3}\s?[：:.．]\s*")
_LETTER = re.compile(r"[^\W_]")
_NOT_NUMERAL = re.compile(f"[^{NUMERALS}]")
_WORD = re.compile("[\u3005\u4e00-\u9fff]{2,}|[\u30a1-\u30fc]{2,}|[a-z]{2,}")
"""Kanji, katakana or Latin letters in a row."""
_SENTENCE_END = re.compile(r"[。．！？!?｡\n\r]+")


class Compared(NamedTuple):
    """A content as it is compared.

    Attributes:
        texts: TEXTS of them.
        shingles: of each text.
        numbers: all their numerals.
        strict: it is an example, where a number or a sentence can make all the difference.
    """

    texts: tuple[str, ...]
    shingles: tuple[frozenset[str], ...]
    numbers: str
    strict: bool

    @property
    def size(self) -> int:
        """How many shingles it has."""
        return sum(map(len, self.shingles))


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


def compared(content: Content, size: int) -> Compared:
    """A content as it is compared, in shingles of `size` letters."""
    texts = texts_of(content)
    words = tuple(map(same_words, texts))
    shingles = tuple(_shingles(text, size) for text in words)
    return Compared(texts, shingles, "\n".join(map(_NOT_NUMERAL.sub, repeat(""), words)), isinstance(content, Example))


def alike(one: Compared, other: Compared, settings: NearDuplicates) -> bool:
    """Whether two contents are nearly the same.

    The Jaccard similarity of their shingles must reach the threshold; in examples, no numeral may be another, and no
    text and no sentence may be quite another and no word exchanged for another, however long the rest is: the same
    passage with another question is another example.
    """
    if one.strict and one.numbers != other.numbers:
        return False
    shared = all_ = 0
    for place, (mine, others) in enumerate(zip(one.shingles, other.shingles, strict=True)):
        if place != ASKED:
            both = len(mine & others)
            shared += both
            all_ += len(mine) + len(others) - both
    if shared < settings.threshold * all_:
        return False
    pairs = zip(one.texts, other.texts, strict=True)
    return not one.strict or all(first == second or _rest_alike(first, second, settings) for first, second in pairs)


def _rest_alike(first: str, second: str, settings: NearDuplicates) -> bool:
    """Whether what is left of two texts without the sentences of the other is alike."""
    mine, others = (set(map(same_words, _WORD = re.compile("[\u3005\u4e00-\u9fff]{2,}|[\u30a1-\u30fc]{2,}|[a-z]{2,}")
"""Kanji, katakana or Latin letters in a row."""
_SENTENCE_END.split(text))) for text in (first, second))
    rests = [
        {shingle for sentence in rest for shingle in _shingles(sentence, settings.shingle)}
        for rest in (mine - others, others - mine)
    ]
    least = LEAST * settings.threshold * len(rests[0] | rests[1])
    return len(rests[0] & rests[1]) >= least and not _exchanged(mine - others, others - mine)


def _exchanged(mine: set[str], others: set[str]) -> bool:
    """Whether a word of these sentences stands in the place of another one."""
    first, second = (Counter(word for words in rest for word in _WORD.findall(words)) for rest in (mine, others))
    gone, come = first - second, second - first
    return _any_strange(gone, come) and _any_strange(come, gone)


def _any_strange(words: Iterable[str], others: Iterable[str]) -> bool:
    """Whether one of these words shares less than half of its letters with each of the others."""
    letters = [Counter(other) for other in others]
    return any(all(2 * (Counter(word) & other).total() < len(word) for other in letters) for word in words)


def _shingles(words: str, size: int) -> frozenset[str]:
    if len(words) <= size:
        return frozenset((words,) if words else ())
    return frozenset(words[start : start + size] for start in range(len(words) - size + 1))


@lru_cache(maxsize=1024)
def _asked(instruction: str) -> str:
    """What an instruction asks about an input; empty where it is a mere request."""
    rest = _without_request(instruction)
    return rest if _LETTER.search(rest) else ""


def _bare(text: str) -> str:
    """A text without a request or a name in front; itself where nothing else is left."""
    rest = _without_request(text)
    return rest if _LETTER.search(rest) else text


def _without_request(text: str) -> str:
    found = _REQUEST.match(text)
    rest = text[found.end() :] if found else text
    name = _NAME.match(rest)
    return rest[name.end() :] if name else rest
