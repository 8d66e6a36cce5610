"""Encodings are declared, never guessed: where text is not in the declared one, the likely one is told to the user."""

import codecs
import re

NAMES = {"utf-8": "UTF-8", "cp932": "CP932", "euc_jp": "EUC-JP", "utf-16": "UTF-16"}
"""Python's name -> the name for messages."""
MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
CANDIDATES = ("utf-8", "euc_jp", "cp932")
"""In the order in which they are tried: the stricter first. CP932 takes most of EUC-JP's bytes for half-width kana."""
FAR_MORE = 3
"""Times; UTF-8 taken for CP932 gives 1.5 characters for each."""
_JAPANESE = re.compile("[\u3041-\u30fe\u4e00-\u9fff]")
_PRIVATE = re.compile("[\x80-\x9f\ue000-\uf8ff]")


def likely_encoding(sample: bytes) -> str:
    """The encoding in which these bytes, perhaps cut off at their end, are Japanese text; empty if there is none."""
    if sample.startswith(MARKS):
        return "utf-16"
    for encoding in CANDIDATES:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
        except UnicodeDecodeError:
            continue
        if _JAPANESE.search(text) and not _PRIVATE.search(text):
            return encoding
    return ""


def misfit(data: bytes, encoding: str) -> str:
    """The reason to leave out bytes that are not in the declared encoding: a short constant phrase.

    A legacy encoding is named only where far more of the bytes are Japanese in it than in the declared one, so that
    text with one damaged byte is not taken for text of another encoding.
    """
    reason = f"not {NAMES.get(encoding, encoding)}"
    other = likely_encoding(data)
    certain = other.startswith("utf") or (other and _japanese(data, other) > FAR_MORE * _japanese(data, encoding))
    return f"{reason}, perhaps {NAMES[other]}" if certain else reason


def _japanese(data: bytes, encoding: str) -> int:
    """How many kana and kanji these bytes hold in an encoding, what is not in it passed over."""
    return len(_JAPANESE.findall(data.decode(encoding, "ignore")))
