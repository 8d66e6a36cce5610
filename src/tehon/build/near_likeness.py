"""How alike two contents are, by all their shingles and by what makes a difference."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from tehon.build.near_texts import ASKED, texts_of
from tehon.records.corpus import Example
from tehon.records.release import NearDuplicates
from tehon.records.step import Content
from tehon.text.ngrams import NUMERALS
from tehon.text.normalise import same_words

LEAST = 0.65
"""Share of the threshold that every single text must reach, and the sentences of it that the other one has not."""
SLIPS, LETTERS_A_SLIP = 3, 4
"""Letters that may differ in all texts of two contents, and letters of a text for each of them."""
_TELLING = re.compile(f"[{NUMERALS}]|[月火水木金土日](?=曜)")
_WORD = re.compile("[\u3005\u4e00-\u9fff]{2,}|[\u30a1-\u30fc]{2,}|[a-z]{2,}")
"""Kanji, katakana or Latin letters in a row."""
_SENTENCE_END = re.compile(r"[。．！？!?｡\n\r]+")


class Compared(NamedTuple):
    """A content as it is compared.

    Attributes:
        texts: TEXTS of them.
        words: the letters of each text.
        shingles: of each text.
        numbers: all their numerals, and days of the week.
        strict: it is an example, where a number or a sentence can make all the difference.
    """

    texts: tuple[str, ...]
    words: tuple[str, ...]
    shingles: tuple[frozenset[str], ...]
    numbers: str
    strict: bool

    @property
    def size(self) -> int:
        """How many shingles it has."""
        return sum(map(len, self.shingles))


def compared(content: Content, size: int) -> Compared:
    """A content as it is compared, in shingles of `size` letters."""
    texts = texts_of(content)
    words = tuple(map(same_words, texts))
    shingles = tuple(_shingles(text, size) for text in words)
    numbers = "\n".join("".join(_TELLING.findall(text)) for text in words)
    return Compared(texts, words, shingles, numbers, isinstance(content, Example))


def alike(one: Compared, other: Compared, settings: NearDuplicates) -> bool:
    """Whether two contents are nearly the same.

    The Jaccard similarity of their shingles must reach the threshold; in examples, no numeral may be another, and no
    text and no sentence may be quite another and no word exchanged for another, however long the rest is: the same
    passage with another question is another example. Short examples, in which one letter makes several shingles, are
    alike as well where at most SLIPS letters differ.
    """
    if one.strict and one.numbers != other.numbers:
        return False
    shared = all_ = 0
    for place, (mine, others) in enumerate(zip(one.shingles, other.shingles, strict=True)):
        if place != ASKED:
            both = len(mine & others)
            shared += both
            all_ += len(mine) + len(others) - both
    if one.strict and _slips(one.words, other.words):
        return not any(_exchanged({mine}, {others}) for mine, others in zip(one.words, other.words, strict=True))
    if shared < settings.threshold * all_:
        return False
    pairs = zip(one.texts, other.texts, strict=True)
    return not one.strict or all(first == second or _rest_alike(first, second, settings) for first, second in pairs)


def _slips(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether so few letters differ that one text is a slip of the pen away from the other."""
    found = 0
    for mine, others in zip(first, second, strict=True):
        found += (here := Levenshtein.distance(mine, others, score_cutoff=SLIPS))
        if found > SLIPS or here * LETTERS_A_SLIP > min(len(mine), len(others)):
            return False
    return True


def _rest_alike(first: str, second: str, settings: NearDuplicates) -> bool:
    """Whether what is left of two texts without the sentences of the other is alike."""
    mine, others = (set(map(same_words, _SENTENCE_END.split(text))) for text in (first, second))
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
