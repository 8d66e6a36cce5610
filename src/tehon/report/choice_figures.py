"""What was chosen in place of what, and whether models that are sure are right."""

from collections.abc import Iterator, Sequence

from tehon.records.counted import Confusion
from tehon.records.reporting import ModelColumn
from tehon.records.scores import Score
from tehon.report import wording
from tehon.report.looks import PANEL, Spec, model_scales, name, number, values
from tehon.writing.colours import BLUE, INK, SOFT
from tehon.writing.escaping import visible
from tehon.writing.figures import Figure

MOST_CHOICES = 12
"""A matrix of more could not be read."""
CELL = 44
"""Pixels of one field of a matrix."""
FAINTEST, STRONGEST = 0.0, 0.6
"""Share of the colour in a field without items, and in one that holds all of its row: ink stays legible on both."""


def matrix(one: Confusion) -> Figure | None:
    """The confusion matrix of one model in one cell, shaded by the share of each row; None where it is too large."""
    if len(one.choices) > MOST_CHOICES or not sum(one.gold):
        return None
    words = list(map(visible, one.choices))
    rows = [
        {"right": right, "said": said, "count": count, "share": count / max(total, 1)}
        for right, line, total in zip(words, one.counts, one.gold, strict=True)
        for said, count in zip(words, line, strict=True)
    ]
    axis = {"labelAngle": 0, "labelLimit": CELL, "orient": "top", "ticks": False, "domain": False}
    side: Spec = {"labelLimit": 110, "ticks": False, "domain": False}
    shade = number("share", None, legend=None, scale={"domain": [0, 1], "range": [FAINTEST, STRONGEST]})
    chart = {
        "data": values(rows),
        "width": CELL * len(words),
        "height": 0.75 * CELL * len(words),
        "encoding": {
            "x": {"field": "said", "type": "nominal", "sort": words, "title": "said", "axis": axis},
            "y": {"field": "right", "type": "nominal", "sort": words, "title": "right", "axis": side},
        },
        "layer": [
            {
                "mark": {
                    "type": "rect",
                    "color": BLUE.light,
                    "stroke": SOFT.light,
                    "strokeWidth": 0.5,
                    "strokeOpacity": 0.5,
                },
                "encoding": {"fillOpacity": shade},
            },
            {"mark": {"type": "text", "color": INK.light}, "encoding": {"text": {"field": "count", "format": ","}}},
        ],
    }
    return Figure(chart, one.model, _said(one))


def _said(one: Confusion) -> str:
    lines = (
        f"where {right} is right, "
        + ", ".join(f"{said} {count:,} times" for said, count in zip(one.choices, line, strict=True) if count)
        for right, line, total in zip(one.choices, one.counts, one.gold, strict=True)
        if total
    )
    return f"{one.model} said, " + "; ".join(lines) + "."


def reliability_figures(models: Sequence[ModelColumn]) -> Iterator[Figure]:
    """Of every cell: how often models are right, by how sure they are; on the dashed line both are the same."""
    found: dict[tuple[str, str, int], list[tuple[ModelColumn, Score]]] = {}
    for model in models:
        for score in model.scores:
            if score.bins and score.seed is None:
                found.setdefault((score.task, score.template, score.shots), []).append((model, score))
    templates = {(task, shots): {of[1] for of in found if (of[0], of[2]) == (task, shots)} for task, _, shots in found}
    for (task, template, shots), lines in found.items():
        frame = f", {template}" if len(templates[task, shots]) > 1 else ""
        yield _reliability(lines, wording.cell_title(task, shots) + frame)


def _reliability(lines: Sequence[tuple[ModelColumn, Score]], title: str) -> Figure:
    rows = [
        {"of": name(model), "sure": each.confidence, "right": each.accuracy, "count": each.count}
        for model, score in lines
        for each in score.bins
    ]
    scales = model_scales([model for model, _ in lines])
    whole = {"domain": [0, 1]}
    ends = values([{"sure": 0, "right": 0}, {"sure": 1, "right": 1}])
    encoding = {"color": scales["color"], "strokeDash": scales["strokeDash"]}
    size = number("count", None, legend=None, scale={"range": [12, 160], "domainMin": 0})
    chart = {
        "data": values(rows),
        "width": PANEL,
        "height": PANEL * 0.8,
        "encoding": {
            "x": number("sure", "how sure", scale=whole, axis={"format": "%", "tickCount": 5}),
            "y": number("right", "how often right", scale=whole, axis={"format": "%", "tickCount": 5}),
        },
        "layer": [
            {"data": ends, "mark": {"type": "line", "strokeDash": [2, 3], "strokeWidth": 1, "color": SOFT.light}},
            {"mark": {"type": "line", "strokeWidth": 1.5}, "encoding": encoding},
            {"mark": "point", "encoding": {"color": scales["color"], "shape": scales["shape"], "size": size}},
        ],
    }
    return Figure(chart, title, "; ".join(_how_sure(model, score) for model, score in lines) + ".")


def _how_sure(model: ModelColumn, score: Score) -> str:
    points = ", ".join(
        f"{each.confidence:.0%} sure and {each.accuracy:.0%} right ({each.count:,})" for each in score.bins
    )
    return f"{model.model}, calibration error {wording.number(score.metric, score.value)}: {points}"
