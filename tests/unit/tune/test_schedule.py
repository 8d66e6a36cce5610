"""The learning rate over a run."""

import pytest

from tehon.records.tuning import Recipe
from tehon.tune.schedule import learning_rate

LINEAR = Recipe(name="test", template="alpaca_ja", learning_rate=1.0)


def test_it_falls_on_a_line_from_the_peak_to_zero_just_after_the_last_step() -> None:
    assert [learning_rate(LINEAR, step, 4) for step in range(4)] == [1.0, 0.75, 0.5, 0.25]


def test_it_rises_on_a_line_to_the_peak() -> None:
    recipe = Recipe(name="test", template="alpaca_ja", learning_rate=1.0, warmup_steps=3)
    assert [learning_rate(recipe, step, 100) for step in range(4)] == [0.25, 0.5, 0.75, 1.0]


def test_a_cosine_is_half_way_down_half_way_through() -> None:
    recipe = Recipe(name="test", template="alpaca_ja", learning_rate=1.0, schedule="cosine")
    assert learning_rate(recipe, 5, 10) == pytest.approx(0.5)
    assert learning_rate(recipe, 0, 10) == 1.0


def test_a_constant_stays() -> None:
    recipe = Recipe(name="test", template="alpaca_ja", learning_rate=1.0, schedule="constant")
    assert {learning_rate(recipe, step, 10) for step in range(10)} == {1.0}


def test_a_run_of_warm_up_alone_has_no_division_by_zero() -> None:
    recipe = Recipe(name="test", template="alpaca_ja", learning_rate=1.0, warmup_steps=5)
    assert learning_rate(recipe, 5, 5) == 1.0
