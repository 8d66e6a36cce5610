"""Contents that nearly repeat another are left out; the first one stays.

Every content has a key for each band of its MinHash signature (rensa's R-MinHash); contents that share one are
candidates. Each pair of candidates is compared by all its shingles (`near_likeness`), pairs that are alike make up
clusters, and of a cluster everything goes that is alike to something of it that stays.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xxhash
from numpy.typing import NDArray
from rensa import RMinHash

from tehon.build.near_candidates import buckets
from tehon.build.near_clusters import Clusters
from tehon.build.near_texts import ASKED, TEXTS, hashed_numbers, hashed_shingles, texts_of_all
from tehon.records.corpus import Example
from tehon.records.record import Record
from tehon.records.release import NearDuplicates
from tehon.records.step import Content
from tehon.text.ngrams import Hashes, Letters, Places, stirred

STEP = "near duplicates"
REASON = "nearly repeats another"
SEED = 20_230_709
"""Of the MinHash permutations."""
LETTERS = 1 << 19
"""Characters that are hashed in one go, or one content."""
_SALTS = stirred(np.arange(1, TEXTS + 1, dtype=np.uint64))
Mask = NDArray[np.bool_]


class Clustered(Record, kw_only=True):
    """What the search for near-duplicates did.

    Attributes:
        clusters: groups of contents that are alike.
        largest: members of the largest.
        compared: pairs of candidates that were compared.
        alike: those of them that are alike.
        dropped: contents that went.
    """

    clusters: int
    largest: int
    compared: int
    alike: int
    dropped: int


class Near(NamedTuple):
    """What nearly repeats another, for each piece one entry a content, and what was done to find it.

    Attributes:
        dropped: what goes.
        firsts: of all that goes, in order, the first of its cluster, which stays.
        report: what was done.
    """

    dropped: list[Mask]
    firsts: Places
    report: Clustered


def band_keys(contents: Sequence[Content], settings: NearDuplicates) -> Hashes:
    """The keys of some contents, shape (contents, bands): the same on every machine, whatever stands beside them."""
    blocks = [_keys(block, settings) for block in _blocks(contents)]
    return np.concatenate([np.zeros((0, settings.bands), dtype=np.uint64), *blocks])


def near_duplicates(
    bands: Sequence[Path],
    alive: Sequence[Mask],
    content_of: Callable[[int, int], Content],
    settings: NearDuplicates,
    scratch: Path,
) -> Near:
    """Find what nearly repeats another.

    Args:
        bands: the keys of each piece, in Parquet columns `b0`, `b1`, …, one row a content.
        alive: of each piece, which contents are still in.
        content_of: reads one content by its piece and row.
        settings: what counts as nearly the same.
        scratch: a folder for what does not fit into memory.
    """
    bounds = np.cumsum([0, *map(len, alive)])

    def read(row: int) -> Content:
        piece = int(np.searchsorted(bounds, row, side="right")) - 1
        return content_of(piece, row - int(bounds[piece]))

    clusters = Clusters(int(bounds[-1]), read, settings)
    for bucket in buckets(bands, np.concatenate([*alive, np.zeros(0, dtype=np.bool_)]), settings.bands, scratch):
        clusters.join(bucket)
    dropped = clusters.dropped()
    report = Clustered(
        clusters=clusters.count,
        largest=clusters.largest,
        compared=clusters.compared,
        alike=clusters.alike,
        dropped=int(dropped.sum()),
    )
    return Near(np.split(dropped, bounds[1:-1]), clusters.firsts(dropped), report)


def _blocks(contents: Sequence[Content]) -> list[list[Content]]:
    blocks: list[list[Content]] = [[]]
    room = LETTERS
    for content in contents:
        size = (
            len(content.instruction) + len(content.input) + len(content.response)
            if isinstance(content, Example)
            else len(content.text)
        )
        if size > room and blocks[-1]:
            blocks.append([])
            room = LETTERS
        blocks[-1].append(content)
        room -= size
    return blocks


def _keys(contents: Sequence[Content], settings: NearDuplicates) -> Hashes:
    texts = texts_of_all(contents)
    letters = Letters(texts)
    shingles, counts = hashed_shingles(letters, settings.shingle)
    kinds = np.arange(len(texts)) % TEXTS
    kind = np.repeat(kinds, counts)
    rows = np.repeat(np.arange(len(texts)) // TEXTS, counts)[kind != ASKED]
    tokens = (shingles ^ _SALTS[kind])[kind != ASKED]
    ends = np.searchsorted(rows, np.arange(len(contents) + 1))
    bare = np.flatnonzero(np.diff(ends) == 0)
    tokens = np.insert(tokens, ends[bare], [_written(texts[row * TEXTS :][:TEXTS]) for row in bare.tolist()])
    ends[1:] += np.cumsum(np.diff(ends) == 0)
    signed = RMinHash.digest_matrix_from_flat_token_hashes(
        tokens, ends.astype(np.uint64), settings.bands * settings.rows, SEED
    )
    values = np.array(signed.to_rows(), dtype=np.uint64).reshape(len(contents), settings.bands, settings.rows)
    factors = stirred(np.arange(1, settings.rows + 1, dtype=np.uint64)) | np.uint64(1)
    keys = (values * factors).sum(axis=2, dtype=np.uint64)
    examples = np.array([isinstance(content, Example) for content in contents])
    numbers = np.where(examples, hashed_numbers(letters), np.uint64(0))
    return stirred(stirred(keys) ^ numbers[:, np.newaxis])


def _written(texts: Sequence[str]) -> int:
    """A token for what has no letters."""
    return xxhash.xxh3_64_intdigest("\0".join(texts).encode())
