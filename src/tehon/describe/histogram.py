"""Lengths counted in buckets that grow with them: two to each doubling, so that one scale fits a word and a chapter."""

from collections import Counter
from collections.abc import Mapping
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from tehon.records.record import Record


class Bin(Record, kw_only=True):
    """Lengths from `lower` to `upper`, both counted in, and how many there are."""

    lower: int
    upper: int
    count: int


def bucket(length: int) -> int:
    """The number of the bucket that a length belongs to; they hold 0, 1, 2, 3, 4 to 5, 6 to 7, 8 to 11, 12 to 15."""
    bits = length.bit_length()
    return length if bits < 2 else 2 * (bits - 1) + (length >> (bits - 2) & 1)  # noqa: PLR2004 - 0 and 1 stand alone


def counts(lengths: NDArray[np.int64]) -> Counter[int]:
    """Bucket -> how many of these lengths belong to it."""
    counted: Counter[int] = Counter()
    for length, count in zip(*np.unique(lengths, return_counts=True), strict=True):
        counted[bucket(int(length))] += int(count)
    return counted


def lowest(number: int) -> int:
    """The smallest length of a bucket."""
    return number if number < 2 else (2 + number % 2) << (number // 2 - 1)  # noqa: PLR2004 - likewise


def bins(counts: Mapping[int, int]) -> list[Bin]:
    """The histogram of counts by bucket, shortest first, without holes; empty where nothing was counted."""
    found = [number for number, count in counts.items() if count]
    if not found:
        return []
    return [
        Bin(lower=lowest(number), upper=lowest(number + 1) - 1, count=counts.get(number, 0))
        for number in range(min(found), max(found) + 1)
    ]


def median(histogram: list[Bin]) -> Bin:
    """The bin that holds the middle length; of an even number of lengths, the lower of both."""
    middle = (sum(each.count for each in histogram) + 1) // 2
    reached = accumulate(each.count for each in histogram)
    return next(each for each, total in zip(histogram, reached, strict=True) if total >= middle)
