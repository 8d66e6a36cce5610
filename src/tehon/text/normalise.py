"""Two keys of a text: what counts as the same writing, and what counts as the same words."""

import re
from functools import lru_cache
from unicodedata import is_normalized, normalize

# Both sets are exact, not complete: a text with any other character is normalised as a whole.
KEPT = "\0-\x9f¡-§©«¬®°±¶·»¿-ıΑ-ΡΣ-Ωα-ωЀ-я‐‒-–—-―‘-‟†-‣‰′‵※∕←-↙↤-⇋─-▟■-⛿、-〩ぁ-ゖゝゞ゠-ヾ㐀-䶿一-鿼"
"""Characters, as in a regular expression, that NFKC keeps and that join nothing before them."""
CHANGED = "\u3000‥…①-⑳Ⅰ-ⅿ㌀-㏿！-～￠-￢￤￥"
"""Characters that NFKC changes to kept ones whatever stands beside them."""
# A set at the head of a pattern, not a repeated one, lets the search skip to it.
_UNSETTLED = re.compile(f"[^{KEPT}][^{KEPT}]*")
_ONLY_CHANGED = re.compile(f"[{CHANGED}]*")
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def same_writing(text: str) -> str:
    """The text with compatible characters unified (NFKC) and each run of white space as one space.

    Applying it twice changes nothing more.
    """
    unified = compatible(text)
    plain = " ".join(unified.split())
    # What stood apart can combine once something between is gone, so look again until nothing changes.
    return plain if plain == unified or is_normalized("NFKC", plain) else same_writing(plain)


def same_words(text: str) -> str:
    """The text's letters and numbers alone, without case, compatible characters unified.

    Applying it twice changes nothing more.
    """
    words = _BETWEEN_WORDS.sub("", compatible(compatible(text).casefold()))
    settled = is_normalized("NFKC", words) and words.casefold() == words
    # A few letters fall apart by case and combine again for ever; they are settled once nothing changes.
    return words if settled or words == text else same_words(words)


def compatible(text: str) -> str:
    """The text with compatible characters unified (NFKC)."""
    # NFKC takes 100 ns a character. Most Japanese text has something for it to change, but little: brackets and digits.
    if is_normalized("NFKC", text):
        return text
    try:
        return _UNSETTLED.sub(lambda run: _settled(run[0]), text)
    except LookupError:
        return normalize("NFKC", text)


@lru_cache(maxsize=4096)
def _settled(run: str) -> str:
    if not _ONLY_CHANGED.fullmatch(run):
        raise LookupError(run)
    return normalize("NFKC", run)
