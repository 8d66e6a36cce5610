"""What more tuning does: one recipe stopped at several lengths, or run for several, scored at each."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec
from msgspec.structs import replace

from tehon.records.record import Record
from tehon.records.reporting import ModelColumn, Report, TuningSummary
from tehon.records.scores import Score
from tehon.report import wording
from tehon.report.looks import HIGH, PANEL, dashed, number, plain_scales
from tehon.report.shot_figures import interval, interval_marks
from tehon.report.tables import headlines
from tehon.writing.figures import Figure


class Stop(Record, kw_only=True):
    """A model that was scored after it had been tuned for a while.

    Attributes:
        passes: how often it had seen the data; 0 for the base.
        model: its scores.
    """

    passes: float
    model: ModelColumn


class Series(Record, kw_only=True):
    """One recipe on one base and one release at several lengths, the shortest first, the base before all."""

    title: str
    stops: tuple[Stop, ...]


def series(report: Report) -> Iterator[Series]:
    """Every recipe that was scored after at least two lengths of tuning; its adapters must be in the report."""
    tunings = {tuning.fingerprint: tuning for tuning in report.tunings if tuning.fingerprint}
    found: dict[bytes, list[tuple[TuningSummary, Stop]]] = {}
    for model in report.models:
        if tuning := tunings.get(model.adapter):
            counts = tuning.adapter.counts
            stop = Stop(passes=counts.drawn / max(counts.examples, 1), model=model)
            found.setdefault(_but_for_the_length(tuning), []).append((tuning, stop))
    for alike in found.values():
        stops = sorted((stop for _, stop in alike), key=lambda stop: stop.passes)
        if len({stop.passes for stop in stops}) > 1:
            recipe, base = alike[0][0].adapter.recipe, stops[0].model.base
            bases = [model for model in report.models if model.role == "base" and model.base == base]
            before = [Stop(passes=0.0, model=model) for model in bases[:1]]
            yield Series(title=recipe.title or recipe.name, stops=(*before, *stops))


def _but_for_the_length(tuning: TuningSummary) -> bytes:
    """What adapters that differ in the length of their tuning alone have in common."""
    recipe = replace(tuning.adapter.recipe, name="", title="", epochs=1, max_steps=None)
    return msgspec.json.encode((recipe, tuning.adapter.base_digest, tuning.adapter.release_digest))


def longer_figures(report: Report) -> Iterator[Figure]:
    """Of every series one figure a task and headline measure, a line a number of shots."""
    found = list(series(report))
    for each in found:
        title = f"{each.title}: " if len(found) > 1 else ""
        metrics = {(score.task, score.metric) for stop in each.stops for score in stop.model.scores}
        for task in dict.fromkeys(score.task for stop in each.stops for score in stop.model.scores):
            for metric in headlines({name for of, name in metrics if of == task}, report.protocol.headline):
                yield _figure(each, task, metric, title)


def _figure(one: Series, task: str, metric: str, title: str) -> Figure:
    scores = [
        (stop, score)
        for stop in one.stops
        for score in stop.model.scores
        if (score.task, score.metric, score.seed) == (task, metric, None)
    ]
    lines = {shots: f"{shots}-shot" for shots in dict.fromkeys(score.shots for _, score in scores)}
    rows = [{"of": lines[score.shots], "x": stop.passes, **interval(score)} for stop, score in scores]
    ranges = plain_scales(list(lines.values()))
    marks = interval_marks(rows, {**ranges, "shape": {"value": "circle"}})
    chances = sorted({score.baseline for _, score in scores if score.baseline is not None})
    chart = {
        "width": PANEL,
        "height": HIGH,
        "layer": [*([dashed("y", chances)] if chances else []), *marks],
        "encoding": {"x": number("x", "times through the data")},
    }
    whole = f"{title}{wording.task_title(task)}: {wording.metric_title(metric)}"
    return Figure(chart, whole, "; ".join(_said(lines, scores, metric)) + ".")


def _said(lines: dict[int, str], scores: Sequence[tuple[Stop, Score]], metric: str) -> Iterator[str]:
    ordered = sorted(scores, key=lambda each: list(lines).index(each[1].shots))
    for shots, some in groupby(ordered, key=lambda each: each[1].shots):
        found = [f"{wording.number(metric, score.value)} after {stop.passes:.3g} passes" for stop, score in some]
        yield f"{lines[shots]}: {', '.join(found)}"
