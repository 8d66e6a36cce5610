"""Intervals against their definitions and against published figures."""

from math import comb, sqrt

import numpy as np
import pytest

from tehon.evaluate import confusion, intervals
from tehon.evaluate.intervals import LIMIT_ITEMS, beta, exact, ratio


def upper_tail(chance: float, hits: int, count: int) -> float:
    return sum(comb(count, k) * chance**k * (1 - chance) ** (count - k) for k in range(hits, count + 1))


@pytest.mark.parametrize(("hits", "count"), [(1, 5), (3, 10), (81, 263), (50, 100), (199, 200), (734, 1000)])
def test_an_exact_interval_ends_where_the_hits_become_a_surprise(hits: int, count: int) -> None:
    low, high = exact(hits, count)
    assert upper_tail(low, hits, count) == pytest.approx(0.025, rel=1e-9)
    assert 1 - upper_tail(high, hits + 1, count) == pytest.approx(0.025, rel=1e-9)
    assert low < hits / count < high


def test_an_exact_interval_is_the_published_one() -> None:
    # Newcombe 1998, Statistics in Medicine 17, table I, method 5.
    assert exact(81, 263) == pytest.approx((0.2527, 0.3676), abs=5e-5)
    assert exact(15, 148) == pytest.approx((0.0578, 0.1617), abs=5e-5)
    assert exact(0, 20) == pytest.approx((0.0, 0.1684), abs=5e-5)
    assert exact(1, 29) == pytest.approx((0.0009, 0.1776), abs=5e-5)


def test_a_share_of_none_or_all_has_one_end_at_the_border() -> None:
    assert exact(0, 7) == pytest.approx((0.0, 1 - 0.025 ** (1 / 7)))
    assert exact(7, 7) == pytest.approx((0.025 ** (1 / 7), 1.0))


def test_an_exact_interval_of_many_items_is_the_normal_one() -> None:
    share = 500_000 / 793_664
    low, high = exact(500_000, 793_664)
    reach = intervals.NORMAL * sqrt(share * (1 - share) / 793_664)
    assert (low, high) == pytest.approx((share - reach, share + reach), abs=2e-6)


def test_the_beta_function_is_a_binomial_tail() -> None:
    for hits, count in ((1, 1), (2, 9), (30, 40)):
        for chance in (0.01, 0.3, 0.5, 0.97):
            assert beta(chance, hits, count - hits + 1) == pytest.approx(upper_tail(chance, hits, count), rel=1e-10)


def test_a_bootstrap_interval_depends_on_the_items_alone() -> None:
    draw = np.random.default_rng(1)
    above, below = draw.exponential(size=300), draw.integers(1, 9, size=300).astype(float)
    order = draw.permutation(300)
    assert ratio(list(above), list(below)) == ratio(list(above[order]), list(below[order]))


def test_a_bootstrap_interval_holds_the_truth_in_about_95_of_100_samples() -> None:
    draw, held = np.random.default_rng(2), 0
    for _ in range(200):
        low, high = ratio(list(draw.normal(3, 1, size=100)), [1.0] * 100) or (0.0, 0.0)
        held += low <= 3 <= high
    assert 180 <= held <= 198


def test_resamples_and_the_normal_limit_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(3)
    above, below = list(draw.gamma(4, 1, size=4000)), list(draw.integers(1, 6, size=4000).astype(float))
    resampled = ratio(above, below)
    monkeypatch.setattr(intervals, "LIMIT_ITEMS", 1000)
    assert ratio(above, below) == pytest.approx(resampled, rel=0.003)
    assert LIMIT_ITEMS > 4000


def test_one_item_has_no_interval() -> None:
    assert ratio([3.0], [1.0]) is None
    assert intervals.confusion(confusion.mcc, np.array([[1, 0], [0, 0]])) is None


def test_equal_items_leave_no_doubt() -> None:
    assert ratio([2.0] * 9, [1.0] * 9) == (2.0, 2.0)


def test_a_constant_predictor_has_no_correlation_in_any_resample() -> None:
    assert intervals.confusion(confusion.mcc, np.array([[30, 0], [70, 0]])) == (0.0, 0.0)


def test_the_bootstrap_of_accuracy_comes_near_the_exact_interval() -> None:
    counts = np.array([[300, 100], [200, 400]])

    def accuracy(stack: confusion.Counts) -> confusion.Values:
        found: confusion.Values = np.trace(stack, axis1=-2, axis2=-1) / stack.sum(axis=(-2, -1))
        return found

    assert intervals.confusion(accuracy, counts) == pytest.approx(exact(700, 1000), abs=0.003)
