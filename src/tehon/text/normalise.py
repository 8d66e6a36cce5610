"""Two keys of a text: what counts as the same writing, and what counts as the same words."""

from collections.abc import Callable
from unicodedata import category, normalize

WORD_CATEGORIES = "LNMS"
"""First letters of the Unicode categories that make up words: letters, numbers, marks, symbols."""


def same_writing(text: str) -> str:
    """The text with compatible characters unified (NFKC) and each run of white space as one space.

    Applying it twice changes nothing more.
    """
    return _stable(text, lambda string: " ".join(normalize("NFKC", string).split()))


def same_words(text: str) -> str:
    """The text's letters, numbers, marks and symbols alone, without case, compatible characters unified.

    Applying it twice changes nothing more.
    """
    return _stable(text, _words)


def _words(text: str) -> str:
    folded = normalize("NFKC", normalize("NFKC", text).casefold())
    return folded if folded.isalnum() else "".join(char for char in folded if category(char)[0] in WORD_CATEGORIES)


def _stable(text: str, step: Callable[[str], str]) -> str:
    # What stood apart can combine once something between is gone, so look again until nothing changes.
    while (changed := step(text)) != text:
        text = changed
    return text
