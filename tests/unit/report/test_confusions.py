"""What was chosen beside what is right: every item counted once."""

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from tehon.records.scores import ItemResult
from tehon.report.choice_figures import MOST_CHOICES, matrix
from tehon.report.run import report

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]


def test_every_item_is_counted_once_where_it_is_right_and_where_it_was_said(pair: list[Path], tmp_path: Path) -> None:
    base, tuned = report(pair, tmp_path / "report").confusions
    assert base.choices == ("晴れ", "雨", "雪")
    assert base.gold == tuned.gold
    assert base.predicted == (0, 0, 60)
    assert sum(base.gold) == sum(tuned.predicted) == 60
    assert base.counts == tuple((0, 0, right) for right in base.gold)


def test_items_with_choices_of_their_own_have_no_confusion(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    own = weather(skill=1, seed=1)
    items = [own[0], *(_with_other_choices(item) for item in own[1:])]
    assert report([write_scores("small", items)], tmp_path / "report").confusions == ()


def _with_other_choices(item: ItemResult) -> ItemResult:
    return replace(item, choices=(*item.choices, "曇り"), logprobs=(*item.logprobs, -9.0))


def test_several_draws_of_shots_are_one_confusion_without_what_was_skipped(
    write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    draws = [[replace(item, seed=seed) for item in weather(skill=0.5, seed=seed)] for seed in (1, 2)]
    draws[0][0] = replace(draws[0][0], choices=(), logprobs=(), correct=None, prediction="", skipped=True)
    [confusion] = report([write_scores("small", draws[0] + draws[1])], tmp_path / "report").confusions
    assert sum(confusion.predicted) == sum(confusion.gold) == 119


def test_a_matrix_says_aloud_what_was_said_in_place_of_what(pair: list[Path], tmp_path: Path) -> None:
    base, _ = report(pair, tmp_path / "report").confusions
    figure = matrix(base)
    assert figure is not None
    assert figure.description.startswith("small said, where 晴れ is right, 雪 ")
    assert "雨 " not in figure.description.partition("where 雨")[0]


def test_a_matrix_that_nobody_could_read_is_not_drawn(pair: list[Path], tmp_path: Path) -> None:
    base, _ = report(pair, tmp_path / "report").confusions
    many = tuple(map(str, range(MOST_CHOICES + 1)))
    assert matrix(replace(base, choices=many, counts=((1,) * len(many),) * len(many))) is None
    assert matrix(replace(base, counts=((0, 0, 0),) * 3)) is None
