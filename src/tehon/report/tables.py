"""Table II: a row a model, base and tuned together, and columns for every task, its metrics and numbers of shots."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from tehon.records.record import Record
from tehon.records.reporting import Comparison, ModelColumn, Report
from tehon.records.scores import Score
from tehon.report import seeds, wording
from tehon.writing.words import MISSING

BASELINE = "most frequent answer"
"""What a model reaches that reads nothing and always gives it."""


LOT = "choosing by lot"
"""What it reaches on average that gives any answer with the same chance."""


class Column(Record, kw_only=True):
    """One metric of one task at one number of shots.

    Attributes:
        task: its name.
        shots: number of shots.
        template: set only where a model was asked under several, so that each has a column of its own.
        metric: the one that is shown.
    """

    task: str
    shots: int
    template: str
    metric: str


class Entry(Record, kw_only=True):
    """One model's number in one column.

    Attributes:
        value: None where the model has none.
        text: the number in words.
        error: its standard error in words; empty where there is none.
        spread: its standard deviation over several draws of the shots, in words; empty where there is one draw.
        marks: `*†‡§`, as MARKS says.
        best: no other model of the column is better.
        arrow: ▲ △ ▼ ▽ against its base; empty for a base.
        score: what it was taken from.
        comparison: with its base, where there is one.
    """

    value: float | None = None
    text: str = MISSING
    error: str = ""
    spread: str = ""
    marks: str = ""
    best: bool = False
    arrow: str = ""
    score: Score | None = None
    comparison: Comparison | None = None


class Row(Record, kw_only=True):
    """One model's entries, column by column."""

    model: ModelColumn
    entries: tuple[Entry, ...]


class Blind(Record, kw_only=True):
    """What a model that never reads would reach in each column, in one way of answering.

    Attributes:
        title: the way.
        short: the same for a narrow terminal.
        values: column by column; None where it reaches nothing that can be told.
    """

    title: str
    short: str
    values: tuple[float | None, ...]


class ScoreTable(Record, kw_only=True):
    """All rows, and what a model that never reads would reach in each column, where it would in any."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    blind: tuple[Blind, ...]

    @property
    def baselines(self) -> tuple[float | None, ...]:
        """Of always giving the most frequent answer, column by column."""
        return self.blind[0].values if self.blind else (None,) * len(self.columns)

    @property
    def has_baseline(self) -> bool:
        """Whether any column has one."""
        return bool(self.blind)


def score_table(report: Report, models: Sequence[ModelColumn] = ()) -> ScoreTable:
    """The table of these models, or of all; those that differ in their seed alone are one row."""
    shown = tuple(seeds.rows(tuple(models) or report.models))
    found = tuple(_columns(shown, report.protocol.headline))
    plain = [[_find(model, column) for column in found] for model in shown]
    bests = [_best(column.metric, [line[place] for line in plain]) for place, column in enumerate(found)]
    return ScoreTable(
        columns=found,
        rows=tuple(
            Row(
                model=model,
                entries=tuple(_entry(report, model, *each) for each in zip(found, line, bests, strict=True)),
            )
            for model, line in zip(shown, plain, strict=True)
        ),
        blind=_blind(list(zip(*plain, strict=True)) if plain else []),
    )


def _columns(models: Sequence[ModelColumn], leading: Sequence[str]) -> Iterator[Column]:
    """Task by task every headline metric, each at every number of shots."""
    scores = [(model.model, score) for model in models for score in model.scores]
    for task in dict.fromkeys(score.task for _, score in scores):
        here = [(model, score) for model, score in scores if score.task == task]
        for metric in headlines({score.metric for _, score in here}, leading):
            shown = [(model, score) for model, score in here if score.metric == metric]
            for shots in dict.fromkeys(score.shots for _, score in shown):
                asked = dict.fromkeys((model, score.template) for model, score in shown if score.shots == shots)
                several = len(asked) > len({model for model, _ in asked})
                for template in dict.fromkeys(template for _, template in asked) if several else [""]:
                    yield Column(task=task, shots=shots, template=template, metric=metric)


def headlines(metrics: Collection[str], leading: Sequence[str] = ()) -> tuple[str, ...]:
    """Those of a task's metrics that the main table shows: the protocol's own, where the task has any of them."""
    groups = (tuple(name for name in group if name in metrics) for group in (leading, *wording.HEADLINES))
    return next(filter(None, groups), ())


def _find(model: ModelColumn, column: Column) -> Score | None:
    wanted = (column.task, column.shots, column.metric)
    fitting = (
        score
        for score in model.scores
        if (score.task, score.shots, score.metric) == wanted and column.template in {"", score.template}
    )
    return next(fitting, None)


def _best(metric: str, scores: Sequence[Score | None]) -> float | None:
    values = [score.value for score in scores if score is not None]
    better = wording.metric(metric).better
    if len(values) < 2 or not better:  # noqa: PLR2004 - one alone is no best
        return None
    return max(values) if better == "higher" else min(values)


def _blind(columns: Sequence[Sequence[Score | None]]) -> tuple[Blind, ...]:
    known = [[score for score in column if score is not None] for column in columns]
    usual = tuple(_first(score.baseline for score in scores) for scores in known)
    lots = tuple(_first(score.random_baseline for score in scores) for scores in known)
    if all(value is None for value in usual):
        return ()
    found = (Blind(title=BASELINE, short="majority", values=usual), Blind(title=LOT, short="lot", values=lots))
    return found if any(value is not None for value in lots) else found[:1]


def _first(values: Iterable[float | None]) -> float | None:
    return next((value for value in values if value is not None), None)


def _entry(report: Report, model: ModelColumn, column: Column, score: Score | None, best: float | None) -> Entry:
    if score is None:
        return Entry()
    comparison = _comparison(report, model, score)
    return Entry(
        value=score.value,
        text=wording.number(score.metric, score.value),
        error="" if score.standard_error is None else wording.number(score.metric, score.standard_error),
        spread="" if score.spread is None else wording.number(score.metric, score.spread),
        marks=marks(score),
        best=score.value == best,
        arrow=_arrow(column.metric, comparison),
        score=score,
        comparison=comparison,
    )


def marks(score: Score) -> str:
    """The marks of a score's flags, in the order of MARKS."""
    names = {flag.partition(":")[0] for flag in score.flags}
    return "".join(mark for name, mark in wording.MARKS.items() if name in names)


def _comparison(report: Report, model: ModelColumn, score: Score) -> Comparison | None:
    wanted = (model.model, score.task, score.shots, score.metric)
    bases = {other.model for other in report.models if other.role == "base" and other.base == model.base}
    fitting = (
        each
        for each in report.comparisons
        if model.role == "tuned"
        and each.first in bases
        and (each.second, each.task, each.shots, each.metric) == wanted
        and each.template.rpartition("/")[2] == score.template
    )
    return next(fitting, None)


def _arrow(metric: str, comparison: Comparison | None) -> str:
    better = wording.metric(metric).better
    if comparison is None or not better or comparison.first_value == comparison.second_value:
        return ""
    improved = (comparison.second_value > comparison.first_value) == (better == "higher")
    certain = comparison.adjusted_p_value is not None and comparison.adjusted_p_value < wording.CERTAIN
    return ("▲" if certain else "△") if improved else ("▼" if certain else "▽")


def column_title(column: Column) -> str:
    """`JNLI, 3-shot: accuracy`, with the template where it tells columns apart."""
    frame = f" ({column.template})" if column.template else ""
    return f"{wording.cell_title(column.task, column.shots)}{frame}: {wording.metric_title(column.metric)}"
