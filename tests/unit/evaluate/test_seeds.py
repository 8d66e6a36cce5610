"""Several draws of the shots are one line, and how far they lie apart stands beside it."""

import pytest

from tehon.evaluate.seeds import with_means
from tehon.records.scores import Score


def score(seed: int | None, value: float, *flags: str, shots: int = 3, metric: str = "accuracy") -> Score:
    return Score(
        task="jnli",
        template="0.3",
        shots=shots,
        seed=seed,
        metric=metric,
        value=value,
        standard_error=value / 10,
        count=40,
        histogram={"a": 10, "b": 30},
        flags=flags,
    )


def test_the_mean_stands_first_with_the_spread_of_the_draws() -> None:
    seeds = [score(1, 0.2), score(2, 0.4), score(3, 0.6)]
    mean, *rest = with_means(seeds)
    assert rest == seeds
    assert (mean.seed, mean.count, mean.histogram) == (None, 40, {"a": 30, "b": 90})
    assert mean.value == pytest.approx(0.4)
    assert mean.spread == pytest.approx(0.2)
    assert mean.standard_error == pytest.approx(0.04)


def test_every_line_has_a_mean_of_its_own_and_lines_without_seeds_have_none() -> None:
    lines = [
        score(None, 0.9, shots=0),
        score(1, 0.2),
        score(1, 0.3, metric="mcc"),
        score(2, 0.4),
        score(2, 0.5, metric="mcc"),
    ]
    found = [(one.metric, one.shots, one.seed, round(one.value, 6)) for one in with_means(lines)]
    assert found == [
        ("accuracy", 0, None, 0.9),
        ("accuracy", 3, None, 0.3),
        ("accuracy", 3, 1, 0.2),
        ("mcc", 3, None, 0.4),
        ("mcc", 3, 1, 0.3),
        ("accuracy", 3, 2, 0.4),
        ("mcc", 3, 2, 0.5),
    ]


def test_flags_are_those_of_any_seed_with_their_highest_count_but_constant_is_for_all() -> None:
    first = score(1, 0.2, "constant", "over_context:3", "stand-in")
    mean, *_ = with_means([first, score(2, 0.2, "over_context:5", "stand-in")])
    assert set(mean.flags) == {"over_context:5", "stand-in"}
    mean, *_ = with_means([first, first])
    assert "constant" in mean.flags
