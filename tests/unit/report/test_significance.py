"""Paired tests against their own definitions."""

from itertools import product
from math import comb, isclose

import pytest

from tehon.report import significance
from tehon.report.significance import EXACT_ITEMS, FLIPS, holm, mcnemar, sign_flip


@pytest.mark.parametrize(("only_first", "only_second"), [(0, 0), (1, 0), (3, 9), (9, 3), (5, 5), (0, 12), (40, 61)])
def test_mcnemar_is_the_two_sided_binomial_test(only_first: int, only_second: int) -> None:
    tosses, few = only_first + only_second, min(only_first, only_second)
    tail = sum(comb(tosses, heads) for heads in range(few + 1)) / 2**tosses
    assert isclose(mcnemar(only_first, only_second), min(1.0, 2 * tail), rel_tol=1e-12)


def test_mcnemar_stays_exact_where_floats_would_overflow() -> None:
    assert 0 < mcnemar(900, 1200) < 1e-9
    assert mcnemar(2000, 2000) == 1.0


def test_few_differences_are_flipped_in_every_way() -> None:
    differences = [0.5, -0.2, 0.9, 0.4, 0.4, -0.1, 0.7, 0.3, 1.1]
    sums = [
        sum(sign * each for sign, each in zip(signs, differences, strict=True)) for signs in product((1, -1), repeat=9)
    ]
    expected = sum(abs(each) >= abs(sum(differences)) - 1e-9 for each in sums) / 2**9
    assert sign_flip(differences) == (expected, "sign-flip permutation (exact)")


def test_no_difference_is_no_evidence() -> None:
    assert sign_flip([0.0] * 50) == (1.0, "sign-flip permutation (exact)")
    assert sign_flip([]) == (1.0, "sign-flip permutation (exact)")


def test_random_flips_agree_with_the_normal_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    differences = [1.0 if place % 7 else -5.4 for place in range(3000)]
    flipped, test = sign_flip(differences)
    assert test == f"sign-flip permutation ({FLIPS:,} flips)"
    monkeypatch.setattr(significance, "LIMIT_ITEMS", 1000)
    limit, test = sign_flip(differences)
    assert test == "sign-flip permutation (normal limit)"
    assert 0.01 < limit < 0.5
    assert abs(flipped - limit) < 0.01


def test_random_flips_never_give_zero() -> None:
    p_value, _ = sign_flip([1.0] * (EXACT_ITEMS + 20))
    assert p_value == 1 / (1 + FLIPS)


def test_holm_multiplies_the_smallest_by_the_number_of_tests() -> None:
    assert holm([0.01, 0.04, 0.03]) == [0.03, 0.06, 0.06]
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []
