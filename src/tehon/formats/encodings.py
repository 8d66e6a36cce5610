"""Encodings are declared, never guessed: where text is not in the declared one, the likely one is told to the user."""

import codecs
import re

NAMES = {"utf-8": "UTF-8", "cp932": "CP932", "euc_jp": "EUC-JP", "utf-16": "UTF-16"}
"""Python's name -> the name for messages."""
MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
CANDIDATES = ("utf-8", "euc_jp", "cp932")
"""In the order in which they are tried: the stricter first. CP932 takes most of EUC-JP's bytes for half-width kana."""
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

    A legacy encoding is named only where no Japanese would remain in the declared one, so that text with one damaged
    byte is not taken for text of another encoding.
    """
    reason = f"not {NAMES.get(encoding, encoding)}"
    other = likely_encoding(data)
    certain = other.startswith("utf") or not _JAPANESE.search(data.decode(encoding, "ignore"))
    return f"{reason}, perhaps {NAMES[other]}" if other and certain else reason
