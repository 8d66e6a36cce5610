"""How models look in every figure: the same colour, dash and shape, so that no figure rests on colours alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from tehon.records.reporting import ModelColumn
from tehon.writing.colours import BLUE, GREEN, INK, ORANGE, SOFT
from tehon.writing.escaping import visible

Spec = dict[str, Any]
"""A part of a chart in Vega-Lite."""
PANEL, HIGH = 250, 180
"""Width and height of a small figure, in pixels: three stand side by side, and one fits a phone."""
COLOURS = (BLUE.light, ORANGE.light, GREEN.light, INK.light)
SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down")
DASHES = ([1, 0], [4, 3], [1, 3], [8, 3], [8, 3, 2, 3])
INTERVAL = 1.96
"""Standard errors to either side that hold 95 of 100."""


def name(model: ModelColumn) -> str:
    """A model's name as it stands in a figure."""
    return visible(model.model)


def model_scales(models: Sequence[ModelColumn]) -> Spec:
    """Encodings by the field `of`: every model has a colour and a shape, and bases are dashed."""
    places = range(len(models))
    bases = [name(model) for model in models if model.role == "base"]
    ranges: dict[str, Sequence[str]] = {
        "color": [COLOURS[place % len(COLOURS)] for place in places],
        "shape": [SHAPES[place % len(SHAPES)] for place in places],
    }
    # A dash by condition has no part in the legend, where it would make the shapes illegible.
    dash = {"condition": {"test": {"field": "of", "oneOf": bases}, "value": DASHES[1]}, "value": DASHES[0]}
    return {**scales(list(map(name, models)), ranges), "strokeDash": dash}


def plain_scales(names: Sequence[str]) -> Spec:
    """Encodings by the field `of` for lines that are no models."""
    kinds = {"color": COLOURS, "strokeDash": DASHES}
    return scales(
        names, {channel: [some[at % len(some)] for at in range(len(names))] for channel, some in kinds.items()}
    )


def scales(names: Sequence[str], ranges: Mapping[str, Sequence[Any]]) -> Spec:
    """Encodings by the field `of`, with one legend for all of them where there is more than one name."""
    legend = {"columns": 1, "labelLimit": PANEL, "symbolSize": 80, "offset": 8} if len(names) > 1 else None
    return {
        channel: {
            "field": "of",
            "type": "nominal",
            "title": None,
            "scale": {"domain": list(names), "range": list(kinds)},
            "legend": legend,
        }
        for channel, kinds in ranges.items()
    }


def values(rows: Sequence[Mapping[str, Any]]) -> Spec:
    """Data that are part of the chart."""
    return {"values": [dict(row) for row in rows]}


def number(field: str, title: str | None, **more: object) -> Spec:
    """An axis of numbers."""
    return {"field": field, "type": "quantitative", "title": title, **more}


def dashed(axis: str, places: Sequence[float], title: str | None = None) -> Spec:
    """Lines across the whole figure at these places of an axis, which has its title from all of its layers."""
    return {
        "data": values([{"at": place} for place in places]),
        "mark": {"type": "rule", "strokeDash": [2, 3], "color": SOFT.light},
        "encoding": {axis: number("at", title)},
    }


def side_by_side(count: int, apart: float = 0.06) -> list[float]:
    """Around 0, so that what would lie upon each other stands beside each other."""
    return [(place - (count - 1) / 2) * apart for place in range(count)]
