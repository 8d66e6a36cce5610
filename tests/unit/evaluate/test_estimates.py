"""Scores with how sure they are."""

from math import exp, log

import numpy as np
import pytest

from tehon.evaluate import choice, confusion, estimates, generation, perplexity
from tehon.evaluate.calibration import calibration, confidence
from tehon.records.scores import ItemResult, Score

LINE = Score(task="x", template="1", shots=0, metric="accuracy", value=0.0, count=4, histogram={"a": 0, "b": 0, "c": 0})


def chosen(number: int, gold: str, *logprobs: float, choices: tuple[str, ...] = ("a", "b", "c")) -> ItemResult:
    best = choices[choice.argmax(logprobs)]
    return ItemResult(
        item=f"x/{number}", task="x", template="1", shots=0, context="", gold=gold, choices=choices, logprobs=logprobs,
        prediction=best, correct=best == gold,
    )  # fmt: skip


def test_a_share_has_an_exact_interval() -> None:
    found = estimates.share(LINE, [1.0, 0.0, 0.0, 1.0])
    assert found.value == 0.5
    assert found.interval_kind == "exact"
    assert found.interval == pytest.approx((0.0676, 0.9324), abs=5e-5)


def test_a_mean_has_a_bootstrap_interval_around_it() -> None:
    found = estimates.mean(LINE, [0.1, 0.9, 0.4, 0.2])
    assert found.interval_kind == "bootstrap"
    assert found.interval is not None
    assert 0.1 <= found.interval[0] < found.value < found.interval[1] <= 0.9


def test_choosing_by_lot_and_the_most_frequent_class_stand_beside_every_class_metric() -> None:
    gold, said = [0, 0, 0, 1], [0, 1, 0, 1]
    scores = {score.metric: score for score in estimates.classes(LINE, gold, said)}
    assert scores["balanced_accuracy"].baseline == pytest.approx(1 / 2)
    assert scores["balanced_accuracy"].random_baseline == pytest.approx(1 / 3)
    # Guessing three classes of 3, 1 and 0 items: 2·3/3/(3+4/3), 2·1/3/(1+4/3), 0, over the three that are said.
    assert scores["macro_f1"].random_baseline == pytest.approx((2 / (3 + 4 / 3) + 2 / 3 / (1 + 4 / 3)) / 3)
    assert scores["mcc"].baseline == scores["mcc"].random_baseline == 0.0
    assert all(score.interval_kind == "bootstrap" for score in scores.values())


def test_a_whole_stack_of_confusions_gives_what_each_gives_alone() -> None:
    first = confusion.confusion([0, 0, 1, 2], [0, 1, 1, 0], 3)
    second = confusion.confusion([2, 2, 1, 1], [2, 2, 1, 1], 3)
    for statistic in estimates.CLASS_METRICS.values():
        together = statistic(np.stack([first, second]).astype(float))
        assert list(together) == [float(statistic(first)), float(statistic(second))]


def test_the_random_baseline_of_own_choices_is_one_over_their_number_on_average() -> None:
    results = [chosen(0, "a", -1, -2, choices=("a", "b")), chosen(1, "c", -1, -2, -3, -4, choices=tuple("cdef"))]
    accuracy = next(choice.score(results))
    assert accuracy.random_baseline == pytest.approx((1 / 2 + 1 / 4) / 2)


def test_confidence_is_the_softmax_over_the_choices() -> None:
    assert confidence([log(0.2), log(0.1), log(0.1)]) == pytest.approx(0.5)
    assert confidence([-5000.0, -5000.0]) == 0.5
    assert confidence([-1.0]) == 1.0


def test_the_calibration_error_weighs_bins_by_their_items() -> None:
    # Confidence 3/4 twice, one of them right; 7/8 once, wrong.
    results = [
        chosen(0, "a", log(3), log(1), choices=("a", "b")),
        chosen(1, "b", log(3), log(1), choices=("a", "b")),
        chosen(2, "b", log(7), log(1), choices=("a", "b")),
    ]
    found = calibration(LINE, results, [True, False, False])
    assert found.metric == "calibration_error"
    assert found.value == pytest.approx((2 * (3 / 4 - 1 / 2) + 7 / 8) / 3)
    assert [(one.low, one.high, one.count, one.accuracy) for one in found.bins] == [
        (0.7, 0.8, 2, 0.5),
        (0.8, 0.9, 1, 0.0),
    ]
    assert sum(one.count for one in found.bins) == len(results)


def test_a_sure_model_falls_into_the_last_bin() -> None:
    [only] = calibration(LINE, [chosen(0, "a", 0.0, -900.0, choices=("a", "b"))], [True]).bins
    assert (only.high, only.confidence) == (1.0, 1.0)


def test_an_interval_of_perplexity_is_e_to_the_power_of_the_rate_s() -> None:
    results = [
        ItemResult(item=str(n), task="x", template="1", shots=0, context="", gold="あ", logprobs=(-nats,), tokens=1,
                   end_logprob=-1.0, bytes=3)
        for n, nats in enumerate((1.0, 2.0, 4.0, 2.5))
    ]  # fmt: skip
    scores = {score.metric: score for score in perplexity.score(results)}
    rate = estimates.mean(LINE, [1.0, 2.0, 4.0, 2.5])
    assert rate.interval is not None
    assert scores["item_perplexity"].interval == pytest.approx((exp(rate.interval[0]), exp(rate.interval[1])))


def test_a_model_that_always_writes_the_same_is_marked() -> None:
    def written(*texts: str) -> list[ItemResult]:
        return [
            ItemResult(item=str(n), task="x", template="1", shots=0, context="", prediction=text, finish="end")
            for n, text in enumerate(texts)
        ]

    assert all("constant" in score.flags for score in generation.score(written("はい", "はい")))
    assert not any("constant" in score.flags for score in generation.score(written("はい", "いいえ")))
    assert not any("constant" in score.flags for score in generation.score(written("はい")))
