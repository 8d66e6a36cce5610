"""Two keys of a text: what counts as the same writing, and what counts as the same words."""

import re
from unicodedata import is_normalized, normalize

_BETWEEN_WORDS = re.compile(r"[\W_]+")


def same_writing(text: str) -> str:
    """The text with compatible characters unified (NFKC) and each run of white space as one space.

    Applying it twice changes nothing more.
    """
    plain = " ".join(_compatible(text).split())
    # What stood apart can combine once something between is gone, so look again until nothing changes.
    return plain if is_normalized("NFKC", plain) else same_writing(plain)


def same_words(text: str) -> str:
    """The text's letters and numbers alone, without case, compatible characters unified.

    Applying it twice changes nothing more.
    """
    words = _BETWEEN_WORDS.sub("", _compatible(_compatible(text).casefold()))
    settled = is_normalized("NFKC", words) and words.casefold() == words
    # A few letters fall apart by case and combine again for ever; they are settled once nothing changes.
    return words if settled or words == text else same_words(words)


def _compatible(text: str) -> str:
    # Asking whether there is anything to do costs much less than doing it.
    return text if is_normalized("NFKC", text) else normalize("NFKC", text)
