"""Which rows a page shows where there are too many: those whose ids have the lowest hashes."""

import numpy as np
import xxhash
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]


def hash_of(*names: object) -> int:
    """64 bits of what tells a row apart."""
    return xxhash.xxh3_64_intdigest("\0".join(map(str, names)).encode())


def bound(hashes: Hashes, most: int) -> int | None:
    """What the hashes of at most `most` rows are below; None where there are no more rows than that."""
    return int(np.partition(hashes, most)[most]) if len(hashes) > most else None


def below(hashes: Hashes, bound: int | None) -> NDArray[np.bool_]:
    """Which rows are shown."""
    return np.ones(len(hashes), dtype=np.bool_) if bound is None else hashes < np.uint64(bound)
