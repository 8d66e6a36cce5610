"""The last step: how much of each source goes in.

Every choice is a keyed hash of the seed, the source, the part and the corpus's own id. It depends neither on the other
sources nor on the order of rows, so adding a source never reshuffles the rest.
"""

from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from tehon.records.corpus import Example
from tehon.records.release import Share
from tehon.records.step import Content

STEP = "mix"
BEYOND_LIMIT = "beyond the limit"
BEYOND_WEIGHT = "beyond the weight"
Keys = NDArray[np.uint64]
Mask = NDArray[np.bool_]


def purposes(share: Share) -> tuple[str, ...]:
    """What has to be chosen for this share: which rows a fraction keeps or repeats, and which a limit keeps."""
    fraction = ("weight",) if share.weight < 1 else ("repeat",) if share.weight % 1 else ()
    return fraction + (("limit",) if share.limit is not None else ())


def choice_keys(content: Content, share: Share, seed: int) -> list[int]:
    """64 bits for each purpose of the share, all that decides about this content."""
    part = content.part if isinstance(content, Example) else ""
    return [
        xxhash.xxh3_64_intdigest("\0".join((str(seed), purpose, content.source, part, content.upstream_id)).encode())
        for purpose in purposes(share)
    ]


def beyond(keys: Keys, alive: Mask, share: Share) -> dict[str, Mask]:
    """Reason -> which of a source's rows it leaves out: first the weight's fraction, then the limit.

    Args:
        keys: shape (rows, purposes), of all rows of the source in order.
        alive: shape (rows,), which of them are still in.
        share: how much of the source is wanted.
    """
    left_out: dict[str, Mask] = {}
    if share.weight < 1:
        light = alive & ~_below(keys[:, 0], share.weight)
        left_out[BEYOND_WEIGHT] = light
        alive = alive & ~light
    if share.limit is not None:
        rows = np.flatnonzero(alive)
        order = np.lexsort((rows, keys[rows, -1]))
        late = np.zeros_like(alive)
        late[rows[order[share.limit :]]] = True
        left_out[BEYOND_LIMIT] = late
    return left_out


def copies(keys: Keys, share: Share) -> NDArray[np.uint32]:
    """How often each row stands in the release: the whole part of the weight, and the fraction by keyed hash."""
    count = np.full(len(keys), max(1, int(share.weight)), dtype=np.uint32)
    if share.weight > 1 and share.weight % 1:
        count += _below(keys[:, 0], share.weight % 1)
    return count


def _below(keys: Keys, fraction: float) -> Mask:
    return keys < np.uint64(fraction * 2**64)


def copy_numbers(rows: NDArray[np.integer[Any]]) -> NDArray[np.uint64]:
    """Of rows in ascending order, which copy of the same row each is, from 0."""
    return np.arange(len(rows), dtype=np.uint64) - np.searchsorted(rows, rows).astype(np.uint64)
