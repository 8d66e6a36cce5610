"""The second step: texts that can be stored and shown, without losing a character that means something.

Taken out: control characters, byte order marks. Unified: line ends, and letters that can be written in two equal ways
(NFC); compatibility ideographs stay, since names are written with them. Left out: examples without an instruction or
without a response.
"""

import re
from collections.abc import Iterable, Iterator
from unicodedata import is_normalized, normalize

from msgspec.structs import replace

from tehon.records.corpus import Drop, Example

STEP = "clean"
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
_LINE_END = re.compile(r"\r\n?")
_KEPT_APART = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f])")


def clean(examples: Iterable[Example]) -> Iterator[Example | Drop]:
    """Every example with clean texts, or why it is left out."""
    for example in examples:
        instruction, material, response = map(clean_text, (example.instruction, example.input, example.response))
        if not instruction.strip():
            yield Drop(example_id=example.id, step=STEP, reason="empty instruction")
        elif not response.strip():
            yield Drop(example_id=example.id, step=STEP, reason="empty response")
        else:
            history = tuple(replace(turn, content=clean_text(turn.content)) for turn in example.history)
            yield replace(example, instruction=instruction, input=material, response=response, history=history)


def clean_text(text: str) -> str:
    """One text cleaned; doing it twice changes nothing more."""
    if text.isprintable() and is_normalized("NFC", text):
        return text
    plain = _CONTROL.sub("", _LINE_END.sub("\n", text))
    pieces = _KEPT_APART.split(plain)  # every second piece is a compatibility ideograph
    return "".join(piece if i % 2 else normalize("NFC", piece) for i, piece in enumerate(pieces))
