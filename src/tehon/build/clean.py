"""The second step: texts that can be stored and shown, without losing a character that means something.

Taken out: control characters, byte order marks. Unified: line ends, and letters that can be written in two equal ways
(NFC); compatibility ideographs stay, since names are written with them. Left out: examples without an instruction or
without a response, and documents without a text.
"""

import re
from collections.abc import Iterable, Iterator
from unicodedata import is_normalized, normalize

from tehon.records.contents import with_texts
from tehon.records.corpus import Document, Drop
from tehon.records.step import Content

STEP = "clean"
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
_LINE_END = re.compile(r"\r\n?")
_KEPT_APART = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f])")


def clean(contents: Iterable[Content]) -> Iterator[Content | Drop]:
    """Every content with clean texts, or why it is left out."""
    for content in contents:
        cleaned = with_texts(content, clean_text)
        missing = _missing(cleaned)
        yield Drop(example_id=content.id, step=STEP, reason=f"empty {missing}") if missing else cleaned


def _missing(content: Content) -> str:
    """Which of the texts that a content needs is blank; empty if none is."""
    if isinstance(content, Document):
        return "" if content.text.strip() else "text"
    if not content.instruction.strip():
        return "instruction"
    return "" if content.response.strip() else "response"


def clean_text(text: str) -> str:
    """One text cleaned; doing it twice changes nothing more."""
    if text.isprintable() and is_normalized("NFC", text):
        return text
    plain = _CONTROL.sub("", _LINE_END.sub("\n", text))
    pieces = _KEPT_APART.split(plain)  # every second piece is a compatibility ideograph
    return "".join(piece if i % 2 else normalize("NFC", piece) for i, piece in enumerate(pieces))
