"""Invented Japanese in any amount, fast: no sentence means anything, but words recur by rank as they do in real text.

The vocabulary is made from the characters that the standard JIS X 0208 lists, so it is the same on every machine and
nobody's text. What matters for the cost of a build is as in real rows: three bytes a character, full-width brackets
and digits (which Unicode's NFKC changes) in about half of the texts, a long tail of rare words for the compressor.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import xxhash

NOUNS = 30_000
KATAKANA = 0.2
"""Share of the nouns."""
DRAWS = 1 << 18
"""Entries of the table that words are drawn from; common words have many."""
REFILL = 1 << 16
SENTENCE_CHUNKS = 8
PARTICLES = [*"のののははををににががでとも", "から", "まで", "による", "という", "などの、", "では、", "として"]
ENDINGS = ("である", "した", "された", "している", "となった", "とされる", "があった", "を占める", "が知られる")
RARE = ("（{}）", "（{}、{}年）", "『{}』", "「{}」", "{}年", "{}km", "{}・{}")

ENGLISH = [
    head + tail for tail in ("ing", "ed", "s", "er", "ly") for head in ("con", "de", "ex", "for", "in", "mid", "per")
]


class Vocabulary(NamedTuple):
    """What texts are drawn from.

    Attributes:
        nouns: the commonest first.
        chunks: a noun with its particle, as often as the noun's rank says; behind them ends of sentences.
    """

    nouns: list[str]
    chunks: list[str]


@cache
def vocabulary() -> Vocabulary:
    """The one vocabulary, the same in every process."""
    rng = np.random.default_rng(2309)
    kanji = [bytes((0xA0 + row, 0xA0 + cell)).decode("euc_jp") for row in range(16, 47) for cell in range(1, 95)]
    kana = [chr(code) for code in range(0x30A2, 0x30EE)]
    nouns: dict[str, None] = {}
    while len(nouns) < NOUNS:
        letters, length = (
            (kana, rng.integers(3, 7)) if rng.random() < KATAKANA else (kanji, rng.choice((1, 2, 2, 2, 3, 4)))
        )
        places = (len(letters) * rng.random(length) ** 2).astype(int)
        nouns["".join(letters[place] for place in places)] = None
    ranked = list(nouns)
    ranks = (NOUNS ** rng.random(DRAWS)).astype(int) - 1  # Zipf: the chance of a rank falls as one over it
    particles = rng.integers(0, len(PARTICLES), DRAWS)
    chunks = [ranked[rank] + PARTICLES[particle] for rank, particle in zip(ranks, particles, strict=True)]
    for place in range(0, DRAWS, 20):
        noun, year = (
            ranked[ranks[place]],
            "".join("０１２３４５６７８９"[int(digit)] for digit in str(1000 + place % 1025)),
        )
        chunks[place] = RARE[place // 20 % len(RARE)].format(noun, year)
    ends = [ranked[ranks[place]] + ENDINGS[place % len(ENDINGS)] + "。" for place in range(DRAWS // SENTENCE_CHUNKS)]
    return Vocabulary(ranked, chunks + ends)


class Writer:
    """An endless source of text; equal keys write equal texts."""

    def __init__(self, *key: object) -> None:
        """Nothing is drawn yet."""
        self.rng = np.random.default_rng(xxhash.xxh3_64_intdigest(repr(key).encode()))
        self._nouns, self._chunks = vocabulary()
        self._drawn: list[str] = []
        self._at = 0
        self._names: list[str] = []
        self._at_word = len(ENGLISH)

    def text(self, chunks: int) -> str:
        """Sentences of about this many chunks, ten bytes each, the last one ended."""
        if self._at + chunks > len(self._drawn):
            places = self.rng.integers(0, len(self._chunks), max(REFILL, chunks))
            self._drawn = [self._chunks[place] for place in places.tolist()]
            self._at = 0
        self._at += chunks
        text = "".join(self._drawn[self._at - chunks : self._at])
        return text if text.endswith("。") else text + "した。"

    def texts(self, number: int, mean: float) -> list[str]:
        """As many texts, their lengths in chunks spread as in real corpora around a mean."""
        sigma = 0.5
        lengths = self.rng.lognormal(np.log(mean) - sigma**2 / 2, sigma, number)
        return [self.text(length) for length in np.clip(lengths, 2, 40 * mean).astype(int).tolist()]

    def name(self) -> str:
        """One more name."""
        if not self._names:
            self._names = self.names(REFILL)
        return self._names.pop()

    def english(self, words: int) -> str:
        """As many words of Latin letters, for the sides of translations."""
        if self._at_word + words > len(ENGLISH):
            self._at_word = int(self.rng.integers(0, len(ENGLISH) // 2))
        self._at_word += words
        return " ".join(ENGLISH[self._at_word - words : self._at_word])

    def names(self, number: int) -> list[str]:
        """As many names: a common noun, a rarer one, and a number in every tenth."""
        first = (len(self._nouns) * self.rng.random(number) ** 3).astype(int).tolist()
        second = self.rng.integers(0, len(self._nouns), number).tolist()
        return [
            self._nouns[one] + self._nouns[two] + (str(place) if place % 10 == 0 else "")
            for place, (one, two) in enumerate(zip(first, second, strict=True))
        ]
