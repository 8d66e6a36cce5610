"""Two models' correlations with the same votes are compared by a test that knows their items are the same."""

from itertools import product

import numpy as np
import pytest

from tehon.report.correlations import Floats, correlations, swap
from tehon.report.outcomes import Outcome
from tehon.report.significance import FLIPS


def drawn(key: int, *shape: int) -> Floats:
    return np.random.Generator(np.random.Philox(key=key)).normal(size=shape)


def outcome(estimate: float | None, value: float | None) -> Outcome:
    return Outcome(
        shot_ids=(),
        gold="",
        choices=("0", "1"),
        prediction="",
        correct=None,
        f1=None,
        written=None,
        item_nll=None,
        item_nll_with_end=None,
        question="",
        finish="",
        estimate=estimate,
        value=value,
    )


def test_few_items_are_swapped_in_every_way() -> None:
    first, second, given = drawn(1, 1, 7), drawn(2, 1, 7), drawn(3, 7)
    one, other = ((side[0] - side.mean()) / side.std() for side in (first, second))

    def apart(swaps: tuple[bool, ...]) -> float:
        mask = np.array(swaps)
        sides = np.where(mask, other, one), np.where(mask, one, other)
        return float(abs(np.corrcoef(sides[0], given)[0, 1] - np.corrcoef(sides[1], given)[0, 1]))

    observed = apart((False,) * 7)
    expected = np.mean([apart(swaps) >= observed - 1e-12 for swaps in product((False, True), repeat=7)])
    p_value, test = swap(first, second, given)
    assert p_value == pytest.approx(float(expected))
    assert test == "swap permutation (exact)"


def test_models_that_say_the_same_do_not_differ() -> None:
    said, given = drawn(1, 3, 200), drawn(2, 200)
    assert swap(said, said, given)[0] == 1.0
    # Nor does another scale of one's own.
    assert swap(said, 7 - 3 * -said, given)[0] == 1.0


def test_a_model_that_follows_the_votes_differs_from_one_that_does_not() -> None:
    given = drawn(1, 300)
    follows, guesses = given + 0.5 * drawn(2, 300), drawn(3, 300)
    assert swap(follows[None], guesses[None], given) == (1 / (1 + FLIPS), f"swap permutation ({FLIPS:,} swaps)")


def test_under_the_null_hypothesis_few_p_values_are_small() -> None:
    small = 0
    for trial in range(100):
        given = drawn(3 * trial, 40)
        first, second = (given + drawn(3 * trial + side, 40) for side in (1, 2))
        small += swap(first[None], second[None], given)[0] <= 0.1
    # Of a hundred, ten are expected, and 3 to 18 hold them in 99 of 100 cases.
    assert 3 <= small <= 18


def test_no_order_of_the_items_matters() -> None:
    first, second, given = drawn(1, 2, 60), drawn(2, 2, 60), drawn(3, 60)
    there = swap(first, second, given)
    assert swap(first[:, ::-1], second[:, ::-1], given[::-1]) == there
    assert swap(second, first, given) == there


def test_a_cell_is_compared_by_its_values_and_its_ranks() -> None:
    given = [0.0, 1.0, 2.0, 5.0]
    curve, guess = [0.0, 1.0, 4.0, 25.0], [3.0, 3.0, 3.0, 3.0]
    mine, theirs = (
        {str(at): [outcome(said, value)] for at, (said, value) in enumerate(zip(side, given, strict=True))}
        for side in (curve, guess)
    )
    pearson, spearman = correlations(mine, theirs)
    assert (pearson["metric"], spearman["metric"]) == ("pearson", "spearman")
    assert pearson["first_value"] == pytest.approx(np.corrcoef(curve, given)[0, 1])
    assert spearman["first_value"] == pytest.approx(1)
    assert pearson["second_value"] == spearman["second_value"] == 0
    assert pearson["count"] == 4


def test_the_value_of_several_draws_is_the_mean_of_their_correlations() -> None:
    given, draws = drawn(1, 30), drawn(2, 3, 30)
    cell = {str(at): [outcome(said, given[at]) for said in draws[:, at]] for at in range(30)}
    pearson, _ = correlations(cell, cell)
    each = [np.corrcoef(draw, given)[0, 1] for draw in draws]
    assert pearson["first_value"] == pearson["second_value"] == pytest.approx(np.mean(each))


def test_without_a_scale_nothing_is_correlated() -> None:
    assert list(correlations({"a": [outcome(None, None)]}, {"a": [outcome(None, None)]})) == []
