"""The third step: an example whose texts all stood before is left out; the first one stays.

Memory: 16 bytes of hash an example, about 100 with Python's set around them.
"""

from collections.abc import Iterable, Iterator

import xxhash

from tehon.records.corpus import Drop, Example
from tehon.text.normalise import same_writing

STEP = "deduplicate"


def deduplicate(examples: Iterable[Example], seen: set[bytes]) -> Iterator[Example | Drop]:
    """Every example that is new, or why it is left out.

    Args:
        examples: of one source or of many.
        seen: keys of what came before; grows.
    """
    for example in examples:
        key = writing_key(example)
        if key in seen:
            yield Drop(example_id=example.id, step=STEP, reason="stood before")
        else:
            seen.add(key)
            yield example


def writing_key(example: Example) -> bytes:
    """xxh3_128 over the normalised history, instruction, input and response."""
    turns = [text for turn in example.history for text in (turn.role, turn.content)]
    texts = (*turns, example.instruction, example.input, example.response)
    return xxhash.xxh3_128_digest("\0".join(map(same_writing, texts)).encode())
