"""Figures: places in pixels."""

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from tehon.records.reporting import CurvePoint, ModelColumn
from tehon.records.scores import ItemResult, Score
from tehon.report.figures import BOTTOM, CURVE_POINTS, HEIGHT, LEFT, RIGHT, TOP, WIDTH, curve, strip
from tehon.report.run import report

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]


def points(count: int) -> list[CurvePoint]:
    return [CurvePoint(step=step, loss=2 + 2 / step) for step in range(1, count + 1)]


def test_a_falling_loss_falls_on_the_page_and_stays_inside() -> None:
    drawn = curve(points(5000))
    assert drawn is not None
    places = [tuple(map(float, place.split(","))) for place in drawn.points.split()]
    assert len(places) == CURVE_POINTS
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert [y for _, y in places] == sorted(y for _, y in places)
    assert all(LEFT <= x <= WIDTH - RIGHT and TOP <= y <= HEIGHT - BOTTOM for x, y in places)


def test_ticks_are_round_and_cover_every_loss() -> None:
    drawn = curve(points(100))
    assert drawn is not None
    assert [tick.text for tick in drawn.up] == ["2", "2.5", "3", "3.5", "4"]
    assert [tick.text for tick in drawn.across] == ["50", "100"]


def test_a_flat_loss_is_a_line_and_one_step_is_none() -> None:
    flat = curve([CurvePoint(step=step, loss=1.5) for step in (1, 2, 3)])
    assert flat is not None
    assert len({place.split(",")[1] for place in flat.points.split()}) == 1
    assert curve(points(1)) is None
    assert curve([]) is None


def test_the_order_of_logged_lines_does_not_matter() -> None:
    assert curve(points(1000)[::-1]) == curve(points(1000))


def test_a_standard_error_never_leaves_the_line() -> None:
    model = ModelColumn(model="small", role="base", base="models/small", folder="small", scores=())
    low = Score(task="t", template="", shots=0, metric="accuracy", value=0.01, standard_error=0.05, count=9)
    drawn = strip(0.5, [(model, low), (model, replace(low, value=0.99, standard_error=None))])
    assert (drawn.dots[0].low, drawn.dots[0].high) == (0.0, 6.0)
    assert (drawn.dots[1].low, drawn.dots[1].high) == (99.0, 99.0)
    assert drawn.baseline == 50.0


def test_histograms_count_every_item_once(pair: list[Path], tmp_path: Path) -> None:
    base, tuned = report(pair, tmp_path / "report").histograms
    assert base.gold == tuned.gold
    assert base.predicted == {"晴れ": 0, "雨": 0, "雪": 60}
    assert sum(base.gold.values()) == sum(tuned.predicted.values()) == 60


def test_items_with_choices_of_their_own_have_no_histogram(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    own = weather(skill=1, seed=1)
    items = [own[0], *(_with_other_choices(item) for item in own[1:])]
    assert report([write_scores("small", items)], tmp_path / "report").histograms == ()


def _with_other_choices(item: ItemResult) -> ItemResult:
    return replace(item, choices=(*item.choices, "曇り"), logprobs=(*item.logprobs, -9.0))


def test_several_draws_of_shots_are_one_histogram_without_what_was_skipped(
    write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    draws = [[replace(item, seed=seed) for item in weather(skill=0.5, seed=seed)] for seed in (1, 2)]
    draws[0][0] = replace(draws[0][0], choices=(), logprobs=(), correct=None, prediction="", skipped=True)
    [histogram] = report([write_scores("small", draws[0] + draws[1])], tmp_path / "report").histograms
    assert sum(histogram.predicted.values()) == sum(histogram.gold.values()) == 119
