import itertools
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tehon.describe.histogram import bins, bucket, lowest, median

LENGTHS = st.lists(st.integers(0, 10**7), min_size=1, max_size=50)


@given(st.integers(0, 10**9))
def test_a_length_lies_in_its_bucket_and_buckets_grow_by_at_most_half(length: int) -> None:
    number = bucket(length)
    start, stop = lowest(number), lowest(number + 1)
    assert start <= length < stop
    assert stop - start <= max(1, start / 2)


def test_buckets_follow_each_other_without_a_hole() -> None:
    assert [bucket(length) for length in range(200)] == sorted(bucket(length) for length in range(200))
    assert [lowest(number) for number in range(12)] == [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48]


@given(LENGTHS)
def test_a_histogram_counts_every_length_once_and_has_no_holes(lengths: list[int]) -> None:
    histogram = bins(Counter(map(bucket, lengths)))
    assert sum(each.count for each in histogram) == len(lengths)
    assert all(first.upper + 1 == second.lower for first, second in itertools.pairwise(histogram))
    assert histogram[0].lower <= min(lengths)
    assert histogram[-1].upper >= max(lengths)


@given(LENGTHS)
def test_the_median_s_bin_holds_the_median(lengths: list[int]) -> None:
    found = median(bins(Counter(map(bucket, lengths))))
    assert found.lower <= sorted(lengths)[(len(lengths) - 1) // 2] <= found.upper


def test_nothing_counted_is_no_histogram() -> None:
    assert bins({}) == []
