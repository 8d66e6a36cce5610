"""Figures as numbers: what the page's templates draw as bars and as one line."""

from collections.abc import Sequence
from itertools import pairwise
from math import floor, log10

from tehon.records.record import Record
from tehon.records.reporting import CurvePoint, Histogram, ModelColumn
from tehon.records.scores import Score
from tehon.report.read import CellKey, Outcome, Run

CURVE_POINTS = 300
"""A curve is drawn with at most so many points; each is the mean of the steps that it stands for."""
WIDTH, HEIGHT = 640, 220
LEFT, BOTTOM, TOP, RIGHT = 48, 28, 10, 12
TICKS = 4


class Tick(Record, kw_only=True):
    """A place on an axis, in pixels, and what is written there."""

    place: float
    text: str


class Curve(Record, kw_only=True):
    """A line chart.

    Attributes:
        points: `x,y x,y …`, in pixels.
        across: ticks of the steps.
        up: ticks of the losses.
    """

    points: str
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


class Dot(Record, kw_only=True):
    """One model's share with one standard error to either side, in percent of the line."""

    model: str
    role: str
    place: float
    low: float
    high: float


class Strip(Record, kw_only=True):
    """The models of one row on a line from 0 to 1, and where a model that never reads would be."""

    baseline: float | None
    dots: tuple[Dot, ...]


def curve(logged: Sequence[CurvePoint]) -> Curve | None:
    """The loss over the steps; None where fewer than two were logged."""
    points = _thin(logged)
    if len(points) < 2:  # noqa: PLR2004 - one point is no line
        return None
    steps = [step for step, _ in points]
    losses = [loss for _, loss in points]
    up = _ticks(min(losses), max(losses))
    across = _ticks(min(steps), max(steps))
    low, high = min(up[0], *losses), max(up[-1], *losses)
    first, last = steps[0], steps[-1]

    def x(step: float) -> float:
        return round(LEFT + (step - first) / ((last - first) or 1) * (WIDTH - LEFT - RIGHT), 1)

    def y(loss: float) -> float:
        return round(TOP + (high - loss) / ((high - low) or 1) * (HEIGHT - TOP - BOTTOM), 1)

    return Curve(
        points=" ".join(f"{x(step)},{y(loss)}" for step, loss in points),
        across=tuple(Tick(place=x(step), text=f"{step:,.0f}") for step in across if first <= step <= last),
        up=tuple(Tick(place=y(loss), text=f"{loss:.4g}") for loss in up),
    )


def _thin(logged: Sequence[CurvePoint]) -> list[tuple[float, float]]:
    """At most CURVE_POINTS points: the mean of each stretch of equally many steps."""
    ordered = sorted(logged, key=lambda point: point.step)
    count = min(len(ordered), CURVE_POINTS)
    edges = [len(ordered) * place // count for place in range(count + 1)] if count else []
    return [
        (
            sum(point.step for point in ordered[start:end]) / (end - start),
            sum(point.loss for point in ordered[start:end]) / (end - start),
        )
        for start, end in pairwise(edges)
    ]


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from at most `low` to at least `high`."""
    if high <= low:
        return [low]
    rough = (high - low) / TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = floor(low / step)
    ticks = [first * step]
    while ticks[-1] < high:
        ticks.append((first + len(ticks)) * step)
    return ticks


def strip(baseline: float | None, values: Sequence[tuple[ModelColumn, Score]]) -> Strip:
    """Shares on one line from 0 to 1, with one standard error to either side."""
    return Strip(
        baseline=None if baseline is None else round(100 * baseline, 2),
        dots=tuple(
            Dot(
                model=model.model,
                role=model.role,
                place=round(100 * score.value, 2),
                low=round(100 * max(score.value - (score.standard_error or 0), 0), 2),
                high=round(100 * min(score.value + (score.standard_error or 0), 1), 2),
            )
            for model, score in values
        ),
    )


def histograms(runs: Sequence[Run]) -> tuple[Histogram, ...]:
    """What every model chose, cell by cell, where all items of the cell share their choices.

    Several draws of the shots are one cell, in which every item stands as often.
    """
    found = []
    for run in runs:
        merged: dict[CellKey, list[Outcome]] = {}
        for key, cell in run.cells.items():
            merged.setdefault(key._replace(seed=None), []).extend(each for each in cell.values() if each.choices)
        for key, outcomes in merged.items():
            choices = {outcome.choices for outcome in outcomes}
            if len(choices) != 1:
                continue
            words = choices.pop()
            found.append(
                Histogram(
                    model=run.scores.model,
                    task=key.task,
                    template=key.template,
                    shots=key.shots,
                    gold=_count(words, [outcome.gold for outcome in outcomes]),
                    predicted=_count(words, [outcome.prediction for outcome in outcomes]),
                )
            )
    return tuple(found)


def _count(words: Sequence[str], said: Sequence[str]) -> dict[str, int]:
    return {word: said.count(word) for word in words}
