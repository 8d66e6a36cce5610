"""The last step: how much of each source goes in.

Every choice is a keyed hash of the seed, the source, the part and the corpus's own id. It depends neither on the other
sources nor on the order of rows, so adding a source never reshuffles the rest.
"""

from array import array
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from pathlib import Path
from tempfile import TemporaryFile

import msgspec
import xxhash
from msgspec.structs import replace

from tehon.records.corpus import Drop, Example
from tehon.records.release import Share
from tehon.storage.atomic import disk_errors

STEP = "mix"
BEYOND_LIMIT = "beyond the limit"
BEYOND_WEIGHT = "beyond the weight"


def choice_key(example: Example, seed: int, purpose: str) -> int:
    """64 bits that decide about one example for one purpose."""
    key = (str(seed), purpose, example.source, example.part, example.upstream_id)
    return xxhash.xxh3_64_intdigest("\0".join(key).encode())


def mix(examples: Iterable[Example], share: Share, seed: int, scratch: Path) -> Iterator[Example | Drop]:
    """The share of one source: first the weight's fraction, where it is below one, then the limit.

    Args:
        examples: of this source.
        share: how much of it.
        seed: the mixture's.
        scratch: a folder for the examples while a limit waits for the last of them.
    """
    rows = _fraction(examples, share.weight, seed) if share.weight < 1 else iter(examples)
    return rows if share.limit is None else _limited(rows, share.limit, seed, scratch)


def repeat(examples: Iterable[Example], weight: float, seed: int) -> Iterator[Example]:
    """Every example `weight` times, the fraction by keyed hash; copies (`ID+1`, `ID+2`) follow it."""
    whole = max(1, int(weight))
    for example in examples:
        yield example
        once_more = weight > whole and _below(example, weight - whole, seed, "repeat")
        for copy in range(1, whole + once_more):
            yield replace(example, id=f"{example.id}+{copy}")


def _fraction(examples: Iterable[Example], weight: float, seed: int) -> Iterator[Example | Drop]:
    for example in examples:
        if _below(example, weight, seed, "weight"):
            yield example
        else:
            yield Drop(example_id=example.id, step=STEP, reason=BEYOND_WEIGHT)


def _below(example: Example, fraction: float, seed: int, purpose: str) -> bool:
    return choice_key(example, seed, purpose) < fraction * 2**64


def _limited(rows: Iterable[Example | Drop], limit: int, seed: int, scratch: Path) -> Iterator[Example | Drop]:
    """The examples with the smallest keys, in their order; all of them wait on disk, only keys wait in memory."""
    keys, ends = array("Q"), array("Q")
    encoder, decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Example)
    with disk_errors(scratch), TemporaryFile(dir=scratch) as waiting:
        for row in rows:
            if isinstance(row, Drop):
                yield row
                continue
            keys.append(choice_key(row, seed, "limit"))
            waiting.write(encoder.encode(row))
            ends.append(waiting.tell())
        chosen = set(nsmallest(limit, range(len(keys)), key=lambda place: (keys[place], place)))
        waiting.seek(0)
        for place, end in enumerate(ends):
            example = decoder.decode(waiting.read(end - waiting.tell()))
            yield example if place in chosen else Drop(example_id=example.id, step=STEP, reason=BEYOND_LIMIT)
