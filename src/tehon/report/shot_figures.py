"""What more shots do: each task's headline measures by number of shots, with 95 % intervals."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from tehon.records.reporting import ModelColumn, Report
from tehon.records.scores import Score
from tehon.report import wording
from tehon.report.looks import HIGH, INTERVAL, PANEL, Spec, dashed, model_scales, name, number, side_by_side, values
from tehon.report.tables import Column, ScoreTable, score_table
from tehon.writing.figures import Figure

Line = tuple[ModelColumn, list[Score | None]]


def shot_figures(report: Report, models: Sequence[ModelColumn]) -> Iterator[Figure]:
    """One for every measure of a task that was asked with several numbers of shots; perplexities are left out."""
    table = score_table(report, models)
    places = range(len(table.columns))
    for (task, metric, template), run in groupby(places, key=lambda place: _kind(table.columns[place])):
        columns = sorted(run, key=lambda place: table.columns[place].shots)
        if len(columns) > 1 and not wording.is_perplexity(metric):
            frame = f", {template}" if template else ""
            yield _figure(table, columns, f"{wording.task_title(task)}{frame}: {wording.metric_title(metric)}")


def _kind(column: Column) -> tuple[str, str, str]:
    return column.task, column.metric, column.template


def _figure(table: ScoreTable, places: Sequence[int], title: str) -> Figure:
    shots = [table.columns[place].shots for place in places]
    lines: list[Line] = [(row.model, [row.entries[place].score for place in places]) for row in table.rows]
    shown = [line for line in lines if any(line[1])]
    beside = side_by_side(len(shown))
    rows = [
        {"of": name(model), "x": at + beside[which], **interval(score)}
        for which, (model, scores) in enumerate(shown)
        for at, score in enumerate(scores)
        if score is not None
    ]
    chances = sorted({chance for place in places if (chance := table.baselines[place]) is not None})
    marks = interval_marks(rows, model_scales([model for model, _ in shown]))
    across = number(
        "x",
        "shots",
        scale={"domain": [-0.3, len(shots) - 0.7], "nice": False},
        axis={"values": list(range(len(shots))), "labelExpr": f"{shots}[datum.value]", "ticks": False},
    )
    layers = [*([dashed("y", chances)] if chances else []), *marks]
    chart = {"width": PANEL, "height": HIGH, "layer": layers, "encoding": {"x": across}}
    return Figure(chart, title, _description(shots, shown, table, places))


def interval(score: Score) -> dict[str, float]:
    """A score's value and the ends of its 95 % interval; the value itself three times where it has none."""
    reach = INTERVAL * (score.standard_error or 0.0)
    low, high = score.interval or (score.value - reach, score.value + reach)
    return {"y": score.value, "low": low, "high": high}


def interval_marks(rows: Sequence[dict[str, object]], scales: Spec) -> Iterator[Spec]:
    """Lines, points and intervals of rows with `of`, `x`, `y`, `low` and `high`."""
    data, colour = values(rows), {"color": scales["color"]}
    y = number("y", None, scale={"zero": False})
    yield {"data": data, "mark": "rule", "encoding": {"y": y | {"field": "low"}, "y2": {"field": "high"}, **colour}}
    dash = {"strokeDash": scales["strokeDash"]}
    yield {"data": data, "mark": "line", "encoding": {"y": y, **colour, **dash}}
    shape = {"shape": scales["shape"]}
    yield {"data": data, "mark": "point", "encoding": {"y": y, **colour, **shape}}


def _description(shots: Sequence[int], lines: Sequence[Line], table: ScoreTable, places: Sequence[int]) -> str:
    metric = table.columns[places[0]].metric
    said = [
        f"{model.model}: "
        + ", ".join(
            f"{wording.number(metric, score.value)} at {count} shots"
            for count, score in zip(shots, scores, strict=True)
            if score is not None
        )
        for model, scores in lines
    ]
    chance = table.baselines[places[0]]
    if chance is not None:
        said.append(f"always the most frequent answer: {wording.number(metric, chance)}")
    return "; ".join(said) + "."
