"""What a model says of likeness is correlated with what annotators gave."""

from math import log, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tehon.engine.scripted import Scripted
from tehon.evaluate import correlation, intervals
from tehon.evaluate.jobs import Way
from tehon.evaluate.requests import Asked, context, ready
from tehon.records.corpus import Example
from tehon.records.evaluation import Cell, Item, Protocol
from tehon.records.scores import ItemResult, Matched
from tehon.tasks import TASKS

STEPS = ("0", "1", "2", "3", "4", "5")


def result(value: float, *likelihoods: float, said: str = "", matched: Matched = "") -> ItemResult:
    found = ItemResult(
        item="x",
        task="x",
        template="t",
        shots=0,
        context="",
        choices=STEPS,
        logprobs=tuple(map(log, likelihoods)),
        value=value,
        said=said,
        matched=matched,
    )
    return replace(found, estimate=correlation.expected(found)) if likelihoods else found


def found(results: list[ItemResult]) -> dict[str, Any]:
    return {score.metric: score for score in correlation.score(results)}


def test_what_is_said_is_the_mean_of_the_steps_by_likelihood() -> None:
    one = result(0, 1e-9, 1e-9, 0.25, 0.75, 1e-9, 1e-9)
    assert correlation.expected(one) == pytest.approx(2.75, abs=1e-6)
    assert correlation.expected(replace(one, logprobs=tuple(each - 5000 for each in one.logprobs))) == pytest.approx(
        2.75, abs=1e-6
    )


def test_ranks_are_from_one_and_equal_values_share_theirs() -> None:
    assert correlation.ranks(np.array([3.0, 1.0, 3.0, 7.0])).tolist() == [2.5, 1, 2.5, 4]


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=30))
def test_correlations_are_those_of_numpy_and_know_no_order(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs, dtype=np.float64).T
    value = correlation.pearson(first, second)
    if np.ptp(first) and np.ptp(second):
        assert value == pytest.approx(np.corrcoef(first, second)[0, 1], abs=1e-9)
    else:
        assert value == 0
    assert correlation.pearson(first[::-1], second[::-1]) == pytest.approx(value)
    assert correlation.pearson(first, first) == pytest.approx(float(np.ptp(first) > 0))
    assert correlation.ranks(first).tolist() == correlation.ranks(3 * first + 1).tolist()


def test_a_curve_that_only_rises_has_a_perfect_rank_correlation() -> None:
    rising = [result(value, *(10.0 ** -((step - value) ** 2) for step in range(6))) for value in (0.0, 1.0, 3.0, 5.0)]
    scores = found(rising)
    assert scores["spearman"].value == pytest.approx(1)
    assert 0.9 < scores["pearson"].value <= 1
    assert scores["pearson"].interval_kind == "bootstrap"
    assert scores["pearson"].flags == ()


def test_a_model_that_says_the_same_of_everything_correlates_with_nothing() -> None:
    scores = found([result(value, 1, 1, 1, 1, 1, 1) for value in (0.0, 2.0, 4.4)])
    assert {score.value for score in scores.values()} == {0.0}
    assert {score.flags for score in scores.values()} == {("constant",)}
    assert all(score.interval is None for score in scores.values())


def test_written_steps_are_correlated_as_far_as_they_are_steps() -> None:
    results = [
        result(0.0, said="0", matched="exact"),
        result(5.0, said="5", matched="prefix"),
        result(2.0, said="2", matched="exact"),
        result(4.0, matched="none"),
    ]
    scores = found(results)
    assert {name: score.count for name, score in scores.items()} == {
        "output_pearson": 3,
        "output_spearman": 3,
        "output_unmatched": 4,
    }
    assert scores["output_pearson"].value == pytest.approx(1)
    assert scores["output_unmatched"].value == 0.25


def test_nothing_written_that_is_a_step_correlates_with_nothing() -> None:
    results = [replace(result(value, matched="none"), logprobs=()) for value in (0.0, 2.0)]
    assert {name: score.value for name, score in found(results).items()} == {"output_unmatched": 1}


def test_nothing_is_right_or_wrong_and_the_votes_stay_beside_it(make_example: Any) -> None:
    task = TASKS["jsts"]
    example: Example = make_example(0, "近さ", "文", "2")
    fields = {"sentence1": "一", "sentence2": "二"}
    item = Item(example=example, fields=fields, choices=STEPS, answer=2, value=2.4)
    frame = task.prompts["ours"]
    blank = ItemResult(item="x", task="jsts", template="ours", shots=0, context=context(frame, item, ()))
    way = Way(frame=frame, protocol=Protocol(name="t", title="t"), cell=Cell(task="jsts"))
    model = Scripted(["答え：4"])
    asked = ready([Asked(item=item, blank=blank)], correlation.requests, way, model)
    (answered,) = correlation.answer(asked, way, model)
    assert (answered.prediction, answered.correct, answered.value) == ("4", None, 2.4)
    assert answered.estimate == correlation.expected(answered)
    assert len(correlation.requests(asked[0], way)) == len(answered.logprobs) == 6


def test_the_interval_holds_the_value_and_narrows_with_items() -> None:
    generator = np.random.Generator(np.random.Philox(key=1))
    widths = []
    for count in (50, 400, 20_000):
        first = generator.normal(size=count)
        second = 0.6 * first + 0.8 * generator.normal(size=count)
        interval = intervals.correlation(first, second)
        assert interval is not None
        low, high = interval
        assert low < correlation.pearson(first, second) < high
        assert intervals.correlation(first[::-1], second[::-1]) == pytest.approx(interval, abs=1e-9)
        widths.append((high - low) * sqrt(count))
    assert max(widths) < 1.6 * min(widths)
    assert intervals.correlation(np.array([1.0]), np.array([2.0])) is None
