"""Formulas against figures that were worked out by hand."""

from math import sqrt

import pytest

from tehon.evaluate import metrics

GOLD = [0, 0, 0, 1, 1, 2]
SAID = [0, 0, 1, 1, 2, 2]


def test_the_standard_error_is_the_sample_deviation_over_the_root_of_n() -> None:
    value, error = metrics.mean([1.0, 0.0, 0.0, 1.0])
    assert value == 0.5
    assert error == pytest.approx(sqrt(4 * 0.25 / 3 / 4))


def test_one_value_has_no_standard_error() -> None:
    assert metrics.mean([3.0]) == (3.0, None)
    assert metrics.ratio([6.0], [2.0]) == (3.0, None)


def test_a_ratio_weighs_by_its_denominator() -> None:
    value, error = metrics.ratio([1.0, 9.0], [1.0, 3.0])
    assert value == 2.5
    # Residuals 1 - 2.5 = -1.5 and 9 - 7.5 = 1.5; squares sum to 4.5; √(2/1 · 4.5) / 4.
    assert error == pytest.approx(3 / 4)


def test_a_ratio_of_equal_denominators_is_a_mean() -> None:
    values = [1.0, 4.0, 2.5, 7.0]
    assert metrics.ratio(values, [1.0] * 4) == pytest.approx(metrics.mean(values))


def test_balanced_accuracy_is_the_mean_of_the_classes() -> None:
    assert metrics.balanced_accuracy(GOLD, SAID) == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)


def test_macro_f1_is_the_mean_of_the_classes() -> None:
    # F1 = 2 hits / (occurring + predicted): 4/5, 2/4, 2/3.
    assert metrics.macro_f1(GOLD, SAID) == pytest.approx((4 / 5 + 2 / 4 + 2 / 3) / 3)


def test_macro_f1_counts_a_class_that_is_only_predicted() -> None:
    assert metrics.macro_f1([0, 0], [0, 1]) == pytest.approx((2 / 3 + 0) / 2)


def test_mcc_of_two_classes_is_the_textbook_one() -> None:
    gold, said = [1, 1, 1, 0, 0, 0, 0, 1], [1, 1, 0, 0, 0, 1, 0, 1]
    hit, miss, false, right = 3, 1, 1, 3
    textbook = (hit * right - false * miss) / sqrt((hit + false) * (hit + miss) * (right + false) * (right + miss))
    assert metrics.mcc(gold, said) == pytest.approx(textbook)


def test_mcc_of_three_classes_by_counts() -> None:
    # 4 of 6 right; occurring 3, 2, 1; predicted 2, 2, 2: (4·6 - 12) / √((36 - 14)(36 - 12)).
    assert metrics.mcc(GOLD, SAID) == pytest.approx(12 / sqrt(22 * 24))


def test_a_perfect_model_scores_one() -> None:
    for metric in (metrics.accuracy, metrics.balanced_accuracy, metrics.macro_f1, metrics.mcc):
        assert metric(GOLD, GOLD) == pytest.approx(1)


def test_a_constant_model_has_no_correlation_and_chance_balance() -> None:
    assert metrics.mcc(GOLD, [0] * 6) == 0
    assert metrics.balanced_accuracy(GOLD, [0] * 6) == pytest.approx(1 / 3)


def test_the_majority_is_the_lowest_of_equals() -> None:
    assert metrics.majority([2, 1, 1, 2, 0]) == 1
