"""Two keys of a text: what counts as the same writing, and what counts as the same words."""

import re
from collections.abc import Callable
from unicodedata import normalize

_BETWEEN_WORDS = re.compile(r"[\W_]+")


def same_writing(text: str) -> str:
    """The text with compatible characters unified (NFKC) and each run of white space as one space.

    Applying it twice changes nothing more.
    """
    return _stable(text, lambda string: " ".join(normalize("NFKC", string).split()))


def same_words(text: str) -> str:
    """The text's letters and numbers alone, without case, compatible characters unified.

    Applying it twice changes nothing more.
    """
    return _stable(text, _words)


def _words(text: str) -> str:
    return _BETWEEN_WORDS.sub("", normalize("NFKC", normalize("NFKC", text).casefold()))


def _stable(text: str, step: Callable[[str], str]) -> str:
    # What stood apart can combine once something between is gone, so look again until nothing changes.
    while (changed := step(text)) != text:
        text = changed
    return text
