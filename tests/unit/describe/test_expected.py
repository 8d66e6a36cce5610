"""Published counts beside a build's own."""

import pytest

from tehon.describe.expected import compared
from tehon.records.release import Compared, Expected, Mixture, Share

MIXTURE = Mixture(
    name="m",
    sources={"a": Share(), "b": Share()},
    expected={
        "a_x": Expected(sources=("a",), parts=("x",), examples=3, reason="Some went."),
        "rest": Expected(sources=("a", "b"), parts=("y", "z"), examples=7),
    },
    expected_total=10,
)
BY_PART = {("a", "x"): 2, ("a", "y"): 3, ("b", "z"): 4}


def test_every_count_stands_beside_its_own_and_the_whole_comes_last() -> None:
    first, rest, total = compared(MIXTURE, BY_PART)
    assert first == Compared(
        name="a_x", sources=("a",), parts=("x",), expected=3, actual=2, difference=-1, reason="Some went."
    )
    assert (rest.actual, rest.difference, rest.reason) == (7, 0, "")
    assert (total.name, total.sources, total.actual, total.difference) == ("total", ("a", "b"), 9, -1)
    assert total.reason == "As said of a_x."


def test_where_nothing_differs_no_reason_is_given() -> None:
    assert [line.reason for line in compared(MIXTURE, {**BY_PART, ("a", "x"): 3})] == ["", "", ""]


def test_a_mixture_without_counts_compares_nothing() -> None:
    assert compared(Mixture(name="m", sources={"a": Share()}), BY_PART) == ()


@pytest.mark.parametrize(
    ("sources", "reason"),
    [
        ({"b": Share()}, "a left out. Some went."),
        ({"a": Share(limit=1), "b": Share()}, "Not all of a is taken. Some went."),
        ({"a": Share(weight=2), "b": Share()}, "Not all of a is taken. Some went."),
    ],
)
def test_what_was_left_out_on_purpose_is_the_first_reason(sources: dict[str, Share], reason: str) -> None:
    mixture = Mixture(name="m", sources=sources, expected=MIXTURE.expected)
    assert compared(mixture, {("b", "z"): 4})[0].reason == reason
