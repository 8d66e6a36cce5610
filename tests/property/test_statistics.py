"""Laws of intervals, class metrics and calibration."""

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tehon.evaluate import confusion, estimates, intervals, metrics
from tehon.evaluate.calibration import calibration, confidence
from tehon.records.scores import ItemResult, Score

LINE = Score(task="x", template="1", shots=0, metric="accuracy", value=0.0, count=1, histogram={"a": 0, "b": 0, "c": 0})
CLASSES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=60)
NATS = st.lists(st.floats(0.01, 50), min_size=2, max_size=60)


@given(st.integers(0, 3000).flatmap(lambda count: st.tuples(st.integers(0, count + 1), st.just(count + 1))))
@settings(max_examples=60)
def test_an_exact_interval_holds_its_share_and_mirrors_that_of_the_misses(shares: tuple[int, int]) -> None:
    hits, count = shares
    low, high = intervals.exact(hits, count)
    assert 0 <= low <= hits / count <= high <= 1
    mirrored = intervals.exact(count - hits, count)
    assert np.allclose((low, high), (1 - mirrored[1], 1 - mirrored[0]), atol=1e-12)


@given(st.integers(1, 200), st.integers(1, 200))
def test_more_hits_never_lower_an_interval(hits: int, more: int) -> None:
    count = hits + more
    before, after = intervals.exact(hits - 1, count), intervals.exact(hits, count)
    assert before[0] < after[0]
    assert before[1] < after[1]


@given(st.floats(0.001, 0.999), st.integers(1, 500), st.integers(1, 500))
def test_the_beta_function_is_a_share_and_its_own_mirror(x: float, a: int, b: int) -> None:
    share = intervals.beta(x, a, b)
    assert -1e-12 <= share <= 1 + 1e-12
    assert abs(share + intervals.beta(1 - x, b, a) - 1) < 1e-9


@given(NATS, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_a_bootstrap_interval_lies_within_the_items_in_any_order(values: list[float], random: Random) -> None:
    ones = [1.0] * len(values)
    found = intervals.ratio(values, ones)
    assert found is not None
    assert min(values) - 1e-9 <= found[0] <= found[1] <= max(values) + 1e-9
    shuffled = list(values)
    random.shuffle(shuffled)
    assert intervals.ratio(shuffled, ones) == found


@given(CLASSES, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_class_metrics_and_their_intervals_do_not_depend_on_the_order(
    pairs: list[tuple[int, int]], random: Random
) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)
    one, other = (
        list(estimates.classes(LINE, [label for label, _ in some], [guess for _, guess in some]))
        for some in (pairs, shuffled)
    )
    assert one == other


@given(CLASSES)
def test_balanced_accuracy_of_equal_classes_is_accuracy(pairs: list[tuple[int, int]]) -> None:
    gold, said = zip(*pairs, strict=True)
    rotated = [((label + step) % 3, (guess + step) % 3) for step in range(3) for label, guess in pairs]
    even = confusion.confusion([label for label, _ in rotated], [guess for _, guess in rotated])
    assert abs(float(confusion.balanced_accuracy(even)) - metrics.accuracy(gold, said)) < 1e-12


@given(CLASSES)
def test_nobody_who_does_not_read_correlates(pairs: list[tuple[int, int]]) -> None:
    counts = confusion.confusion([label for label, _ in pairs], [guess for _, guess in pairs], 3)
    for blind in (confusion.usual(counts), confusion.guessed(counts)):
        assert float(confusion.mcc(blind)) == 0.0


@given(st.lists(st.tuples(st.lists(st.floats(-90, 0), min_size=2, max_size=5), st.booleans()), min_size=1, max_size=40))
def test_calibration_errors_are_shares_and_bins_hold_every_item_once(items: list[tuple[list[float], bool]]) -> None:
    results = [
        ItemResult(item=str(n), task="x", template="1", shots=0, context="", logprobs=tuple(logprobs))
        for n, (logprobs, _) in enumerate(items)
    ]
    found = calibration(LINE, results, [hit for _, hit in items])
    assert 0 <= found.value <= 1
    assert sum(one.count for one in found.bins) == len(items)
    for one in found.bins:
        assert one.low - 1e-9 <= one.confidence <= one.high + 1e-9
    assert all(1 / len(logprobs) - 1e-9 <= confidence(logprobs) <= 1 for logprobs, _ in items)


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_sign_test_does_not_care_which_model_is_first(one: int, other: int) -> None:
    assert intervals.sign_test(one, other) == intervals.sign_test(other, one)
    assert 0 < intervals.sign_test(one, other) <= 1
