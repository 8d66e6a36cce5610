"""The report's tables as CSV, numbers in full."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from tehon.records.reporting import Report
from tehon.report import recipes

SCORES = (
    "model",
    "role",
    "base",
    "task",
    "template",
    "shots",
    "seed",
    "metric",
    "value",
    "standard_error",
    "low",
    "high",
    "interval",
    "spread",
    "count",
    "baseline",
    "random_baseline",
    "flags",
)
BY_LENGTH = ("model", "task", "template", "shots", "fewest_tokens", "most_tokens", "count", "perplexity", "with_end")


def scores_csv(report: Report) -> str:
    """Every score of every model, one a line."""
    return _csv(
        SCORES,
        (
            (
                *(model.model, model.role, model.base, score.task, score.template, score.shots, score.seed),
                *(score.metric, score.value, score.standard_error, *(score.interval or ("", ""))),
                *(score.interval_kind, score.spread, score.count, score.baseline, score.random_baseline),
                " ".join(score.flags),
            )
            for model in report.models
            for score in model.scores
        ),
    )


def recipes_csv(report: Report) -> str:
    """Table I, one setting a line; empty where no adapter is in the report."""
    header = ("setting", *recipes.headings(report.tunings))
    lines = recipes.rows(report.tunings, recipes.stated)
    return _csv(header, ((name, *values) for name, values in lines)) if lines else ""


def by_length_csv(report: Report) -> str:
    """Perplexity by the length of the answer, one bin a line; empty where nothing was scored so."""
    lines = [
        (one.model, one.task, one.template, one.shots, each.low, each.high, each.count, each.perplexity, each.with_end)
        for one in report.by_length
        for each in one.bins
    ]
    return _csv(BY_LENGTH, lines) if lines else ""


def _csv(header: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(lines)
    return stream.getvalue()
