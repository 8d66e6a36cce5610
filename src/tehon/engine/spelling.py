"""Texts to ids as they stand: what reads like a special token in a text is spelt out, unless the text means it.

Only a chat template means special tokens. Everything else, and what a chat template is given to frame, is data: a
`</s>` in it must not end anything. Tokenizers have a switch for that, but those that look whole pieces up find the
special ones all the same, full-width ones too; there, texts are taken apart behind the letters that such pieces start
with.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain, pairwise, product
from typing import Any

from transformers import PreTrainedTokenizerFast

Ids = list[list[int]]
Encode = Callable[..., Ids]

MARK = "\ufdd0"
"""Parts a text that means its special tokens where data in it must not become one; no character, by definition."""
SENTINELS = ("\n", "。", ":", "|", "■")
"""Texts put before a text to see how it is encoded inside another; the first that a tokenizer keeps whole is used."""
PROBES = ("はい", "「これ」", "The", "1")
LINES = re.compile(r"(?<=\S)(?=\n)")
"""Where a text may be taken apart, if the tokenizer at hand sees to it: before the breaks behind a line."""
BEFORE = ("", "\n", "山")
"""What a special token's text may stand behind; a tokenizer may find it there or not."""
ENDS = ("は", "。", "：", ":", "a", "1", "」", "<", "é", "🎌")
BREAKS = ("\n", "\n\n", "\n\n\n", "\n \n", "\n\n\n\n\n")
STARTS = ("", "は", "「", "###", "a", "9", "-", "🎌")


class Speller:
    """A tokenizer of transformers, and what it does to texts by itself, found out by trying.

    Args:
        tokenizer: of transformers.

    Attributes:
        sentinel: what stands before a text that must not begin like one; None where that makes no difference.
        vocabulary: every id lies below.
    """

    def __init__(self, tokenizer: Any) -> None:  # noqa: ANN401 - a foreign class without types
        """Try the tokenizer on a few short texts."""
        self._tokenizer = tokenizer
        self._backend = tokenizer.backend_tokenizer if isinstance(tokenizer, PreTrainedTokenizerFast) else None
        if self._backend:
            self._backend.no_truncation()
            self._backend.no_padding()
        special = _special(tokenizer)
        self.vocabulary = max(len(tokenizer), 1 + max(tokenizer.added_tokens_decoder, default=0))
        self._numbers = frozenset(special.values())
        self._opening = _openings(frozenset(name[0] for name in special))
        self._extra = tuple(self._raw([""], special=False)[0])
        spelt = self._raw([before + name for name in special for before in BEFORE], special=False)
        self._leaks = self._numbers & set(chain.from_iterable(spelt))
        self._lines: re.Pattern[str] | None = None
        self.sentinel = self._find_sentinel()
        self._head = self._alone([self.sentinel], special=False)[0] if self.sentinel else []
        self._lines = self._find_lines()

    def alone(self, texts: Sequence[str], *, special: bool = False) -> Ids:
        """Each text as the tokenizer encodes it alone, without the special tokens that it adds.

        Args:
            texts: any.
            special: they mean the special tokens in them.
        """
        return self._spelt(texts, self._alone, special=special)

    def within(self, texts: Sequence[str], *, special: bool = False) -> Ids:
        """Each text as it is encoded inside another: without the mark that a tokenizer puts at a text's start."""
        return self._spelt(texts, self._within, special=special)

    def guarded(self, text: str) -> str:
        """Data that can be put into a text that means its special tokens."""
        if not self._opening.search(text) or self._numbers.isdisjoint(self._raw([text], special=True)[0]):
            return text
        return MARK.join(_behind(self._opening, text))

    def _spelt(self, texts: Sequence[str], encode: Encode, *, special: bool) -> Ids:
        """Every text once: the choices of an item come behind one context."""
        different = list(dict.fromkeys(texts))
        found = dict(zip(different, self._by_lines(different, encode, special=special), strict=True))
        for text in different if special or self._leaks else ():
            if len(parts := self._apart(text, found[text], special=special)) > 1:
                first, *rest = encode(parts[:1], special=special) + self._within(parts[1:], special=special)
                found[text] = [*first, *chain.from_iterable(rest)]
        return [found[text] for text in texts]

    def _apart(self, text: str, ids: list[int], *, special: bool) -> list[str]:
        """The parts between which nothing may be found."""
        if special:
            return [part for part in text.split(MARK) if part]
        return [] if self._leaks.isdisjoint(ids) else _behind(self._opening, text)

    def _by_lines(self, texts: Sequence[str], encode: Encode, *, special: bool) -> Ids:
        """Every line once: frames, and passages with several questions, come again and again."""
        if self._lines is None:
            return encode(texts, special=special)
        lines = [self._lines.split(text) for text in texts]
        firsts = list(dict.fromkeys(some[0] for some in lines))
        others = list(dict.fromkeys(line for some in lines for line in some[1:]))
        first = dict(zip(firsts, encode(firsts, special=special), strict=True))
        other = dict(zip(others, self._within(others, special=special), strict=True))
        return [first[some[0]] + [*chain.from_iterable([other[line] for line in some[1:]])] for some in lines]

    def _alone(self, texts: Sequence[str], *, special: bool) -> Ids:
        found, extra = self._raw(texts, special=special), len(self._extra)
        # Some append to every text even when asked for nothing.
        return [ids[:-extra] if tuple(ids[-extra:]) == self._extra else ids for ids in found] if extra else found

    def _within(self, texts: Sequence[str], *, special: bool) -> Ids:
        if self.sentinel is None:
            return self._alone(texts, special=special)
        head = self._head
        whole = self._alone([self.sentinel + text for text in texts], special=special)
        merged = [place for place, ids in enumerate(whole) if ids[: len(head)] != head]
        alone = dict(zip(merged, self._alone([texts[place] for place in merged], special=special), strict=True))
        return [alone.get(place, ids[len(head) :]) for place, ids in enumerate(whole)]

    def _raw(self, texts: Sequence[str], *, special: bool) -> Ids:
        if not texts:
            return []
        if self._backend is None:
            ids: Ids = self._tokenizer(list(texts), add_special_tokens=False, split_special_tokens=not special)[
                "input_ids"
            ]
            return ids
        # What transformers makes of the same call costs as much again as the encoding itself.
        self._backend.encode_special_tokens = not special
        return [found.ids for found in self._backend.encode_batch_fast(list(texts), add_special_tokens=False)]

    def _find_sentinel(self) -> str | None:
        alone = self._alone(PROBES, special=False)
        for sentinel in SENTINELS:
            head = self._alone([sentinel], special=False)[0]
            whole = self._alone([sentinel + probe for probe in PROBES], special=False)
            kept = self._tokenizer.decode(head).strip(" ") == sentinel
            if kept and all(ids[: len(head)] == head for ids in whole):
                return None if [ids[len(head) :] for ids in whole] == alone else sentinel
        return None

    def _find_lines(self) -> re.Pattern[str] | None:
        """Where texts can be taken apart line by line to the same ids; None where they cannot."""
        probes = [f"山{end}{breaks}{start}川" for end, breaks, start in product(ENDS, BREAKS, STARTS)]
        whole = self.alone(probes)
        self._lines = LINES
        return LINES if self.alone(probes) == whole else None


def _special(tokenizer: Any) -> dict[str, int]:  # noqa: ANN401 - a foreign class without types
    """The text of every special token -> its id; what vendors call added but not special is text for them, too."""
    added = {token.content: number for number, token in tokenizer.added_tokens_decoder.items() if token.special}
    named = dict(zip(tokenizer.all_special_tokens, tokenizer.all_special_ids, strict=True))
    # One letter cannot be taken apart.
    return {name: number for name, number in (added | named).items() if len(name) > 1}


@cache
def _openings(letters: frozenset[str]) -> re.Pattern[str]:
    """Any of these letters, or of those that a tokenizer may write as one of them, such as a full-width bracket."""
    basic = (chr(code) for code in chain(range(0xD800), range(0xE000, 0x10000)))
    found = [letter for letter in basic if unicodedata.normalize("NFKC", letter)[0] in letters]
    return re.compile(f"[{''.join(map(re.escape, found))}]") if found else re.compile(r"(?!)")


def _behind(opening: re.Pattern[str], text: str) -> list[str]:
    """The text taken apart behind every such letter."""
    places = [0, *(found.end() for found in opening.finditer(text)), len(text)]
    return [text[start:stop] for start, stop in pairwise(places) if start < stop]
