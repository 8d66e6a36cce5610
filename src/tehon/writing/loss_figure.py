"""The curve of a run as a figure: the loss, the loss on held-back examples, and below them the learning rate."""

from collections.abc import Sequence
from typing import Any, Protocol

from tehon.writing.colours import BLUE, GREEN, ORANGE
from tehon.writing.figures import Figure, thinned

WIDTH, HEIGHT, LOW = 600, 240, 70
DOTS = 40
"""A line of fewer points shows each of them; one of a single point would else be invisible."""
TRAINING, HELD_BACK = "training", "held-back examples"
TITLE = "Loss and learning rate over the steps"

Points = Sequence[tuple[float, float]]


class Logged(Protocol):
    """One line of a curve: the loss in nats per scored token after a step."""

    @property
    def step(self) -> int:
        """Finished steps."""

    @property
    def loss(self) -> float:
        """In training."""

    @property
    def learning_rate(self) -> float | None:
        """None where it was not logged."""

    @property
    def validation_loss(self) -> float | None:
        """None where it was not measured."""


def loss_figure(lines: Sequence[Logged], title: str = TITLE) -> Figure:
    """The figure, with a description for who does not see it.

    Args:
        lines: of the curve, at least one, in the order of their steps.
        title: a few words.
    """
    trained = [(line.step, line.loss) for line in lines]
    held_back = [(line.step, line.validation_loss) for line in lines if line.validation_loss is not None]
    rates = [(line.step, line.learning_rate) for line in lines if line.learning_rate is not None]
    series = {TRAINING: trained, HELD_BACK: held_back} if held_back else {TRAINING: trained}
    losses = [_line(name, thinned(points), list(series)) for name, points in series.items()]
    upper = {"width": WIDTH, "height": HEIGHT, "layer": losses}
    if not rates:
        return Figure({**upper, "encoding": _across("step")}, title, description(trained, held_back, rates))
    chart = {
        "vconcat": [
            {**upper, "encoding": _across(None)},
            {"width": WIDTH, "height": LOW, "layer": [_rate(thinned(rates))], "encoding": _across("step")},
        ],
        "spacing": 12,
        "resolve": {"scale": {"x": "shared"}},
    }
    return Figure(chart, title, description(trained, held_back, rates))


def description(trained: Points, held_back: Points, rates: Points) -> str:
    """What the figure shows, in words."""
    (first, begun), (last, ended) = trained[0], trained[-1]
    said = [f"From step {first} to step {last} the training loss goes from {begun:.4g} to {ended:.4g} nats"]
    if held_back:
        lowest = min(held_back, key=lambda point: point[1])
        said.append(
            f"on held-back examples the loss is {held_back[-1][1]:.4g} at the end, and lowest, {lowest[1]:.4g}, at "
            f"step {lowest[0]}"
        )
    if rates:
        peak = max(rates, key=lambda point: point[1])
        said.append(f"the learning rate is highest, {peak[1]:.3g}, at step {peak[0]}, and ends at {rates[-1][1]:.3g}")
    return "; ".join(said) + "."


def _line(name: str, points: Points, names: Sequence[str]) -> dict[str, Any]:
    """One of the losses; which one is told by a dash as well as by a colour."""
    ranges: dict[str, Any] = {"color": [BLUE.light, ORANGE.light], "strokeDash": [[1, 0], [5, 3]]}
    which = {
        channel: {"field": "of", "type": "nominal", "title": None, "scale": {"domain": names, "range": kinds}}
        for channel, kinds in ranges.items()
    }
    return {
        "data": {"values": [{"step": step, "loss": loss, "of": name} for step, loss in points]},
        "mark": {"type": "line", "point": len(points) < DOTS},
        "encoding": {
            "y": {"field": "loss", "type": "quantitative", "title": "loss, nats a token", "scale": {"zero": False}},
            **which,
        },
    }


def _rate(points: Points) -> dict[str, Any]:
    return {
        "data": {"values": [{"step": step, "rate": rate} for step, rate in points]},
        "mark": {"type": "line", "color": GREEN.light, "point": len(points) < DOTS and {"color": GREEN.light}},
        "encoding": {
            "y": {
                "field": "rate",
                "type": "quantitative",
                "title": "learning rate",
                "axis": {"tickCount": 3, "labelExpr": "datum.value ? format(datum.value, '~e') : '0'"},
            }
        },
    }


def _across(title: str | None) -> dict[str, Any]:
    axis = {
        "tickMinStep": 1,
        "tickCount": 10,
        "labelOverlap": True,
        "labels": title is not None,
        "ticks": title is not None,
    }
    return {"x": {"field": "step", "type": "quantitative", "title": title, "scale": {"nice": False}, "axis": axis}}
