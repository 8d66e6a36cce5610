"""What the page shows, section by section: the report turned into values that its templates only have to print."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from tehon.records.record import Record
from tehon.records.reporting import Answered, Histogram, ModelColumn, Report, TuningSummary
from tehon.records.scores import Score
from tehon.report import wording
from tehon.report.figures import Curve, Strip, curve, strip
from tehon.report.sentences import caveats, settings, summary, verdict
from tehon.report.tables import ScoreTable, legend, score_table
from tehon.writing.words import MISSING, listing

SHOWN_PROMPTS = 40
"""Prompts whose answers stand on the page; report.json holds all of them."""
FREE = {"ends", "distinct", "contains_answer"}
"""Measures of free answers."""
MEANS = ("token_perplexity", "item_perplexity", "byte_perplexity")


class Group(Record, kw_only=True):
    """One base with everything tuned from it; or tuned models whose base was not evaluated."""

    title: str
    table: ScoreTable
    strips: tuple[Strip | None, ...]

    @property
    def lines(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Task -> the places of its columns."""
        places = groupby(range(len(self.table.columns)), key=lambda place: self.table.columns[place].task)
        return tuple((task, tuple(run)) for task, run in places)


class Span(Record, kw_only=True):
    """Neighbouring columns under one heading."""

    title: str
    width: int


class Answers(Record, kw_only=True):
    """One prompt with every model's answer."""

    item: str
    prompt: str
    given: tuple[Answered, ...]


class Bars(Record, kw_only=True):
    """What was right and what each model chose, in one cell.

    Attributes:
        title: the task and its shots.
        words: the choices.
        gold: of each choice, the share of items for which it is right.
        models: names.
        chosen: model by model, the share of items for which each choice was taken.
        count: items.
    """

    title: str
    words: tuple[str, ...]
    gold: tuple[float, ...]
    models: tuple[str, ...]
    chosen: tuple[tuple[float, ...], ...]
    count: int


class Perplexity(Record, kw_only=True):
    """One model's perplexities of one task: for each of MEANS, without and with the end token."""

    model: str
    task: str
    template: str
    values: tuple[Score | None, ...]


class Loss(Record, kw_only=True):
    """One adapter's curve, where enough steps were logged."""

    title: str
    drawn: Curve | None


def page(report: Report) -> dict[str, object]:
    """Name -> value, as the templates want them."""
    table = score_table(report)
    answers = tuple(_answers(report.samples))
    return {
        "report": report,
        "summary": summary(report),
        "verdict": verdict(report),
        "table": table,
        "tasks": tuple(_task_spans(table)),
        "metrics": tuple(_metric_spans(table)),
        "legend": legend(table),
        "groups": tuple(_groups(report)),
        "answers": answers[:SHOWN_PROMPTS],
        "hidden_answers": max(len(answers) - SHOWN_PROMPTS, 0),
        "marks": tuple(_marks(report.samples)),
        "generation": tuple(_of_generation(report.models)),
        "bars": tuple(_bars(report.histograms)),
        "means": MEANS,
        "perplexities": tuple(_perplexities(report.models)),
        "settings": tuple(_settings(report.tunings)),
        "caveats": caveats(report),
        "losses": tuple(
            Loss(title=f"{tuning.folder}: loss in nats per scored token, step by step", drawn=curve(tuning.curve))
            for tuning in report.tunings
        ),
    }


def _settings(tunings: Sequence[TuningSummary]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The paper's Table I: for every setting, what each adapter was tuned with."""
    found = [dict(settings(tuning.adapter)) for tuning in tunings]
    for name in dict.fromkeys(name for values in found for name in values):
        yield name, tuple(values.get(name, MISSING) for values in found)


def _groups(report: Report) -> Iterator[Group]:
    together: list[list[ModelColumn]] = []
    for model in report.models:
        if model.role == "base" or not together or together[-1][0].base != model.base:
            together.append([])
        together[-1].append(model)
    for models in together:
        names = listing([model.model for model in models])
        with_base = len(models) > 1 and models[0].role == "base"
        title = f"{models[0].model} and what was tuned from it" if with_base else names
        table = score_table(report, models)
        yield Group(title=title, table=table, strips=tuple(_strips(table)))


def _task_spans(table: ScoreTable) -> Iterator[Span]:
    for task, columns in groupby(table.columns, key=lambda column: column.task):
        yield Span(title=wording.task_title(task), width=len(list(columns)))


def _metric_spans(table: ScoreTable) -> Iterator[Span]:
    for (_, metric), columns in groupby(table.columns, key=lambda column: (column.task, column.metric)):
        yield Span(title=wording.metric_title(metric), width=len(list(columns)))


def _strips(table: ScoreTable) -> Iterator[Strip | None]:
    for place, column in enumerate(table.columns):
        scores = [(row.model, row.entries[place].score) for row in table.rows]
        found = [(model, score) for model, score in scores if score is not None]
        yield strip(table.baselines[place], found) if column.metric in wording.SHARES else None


def _answers(samples: Sequence[Answered]) -> Iterator[Answers]:
    together: dict[tuple[str, str], list[Answered]] = {}
    for answered in samples:
        together.setdefault((answered.item, answered.prompt), []).append(answered)
    for (item, prompt), given in together.items():
        yield Answers(item=item, prompt=prompt, given=tuple(given))


def _marks(samples: Sequence[Answered]) -> Iterator[tuple[str, str]]:
    """Every mark that an answer has, and what it means."""
    given = {mark for answered in samples for mark in answered.marks}
    return ((mark, meaning) for mark, meaning in wording.ANSWER_MARKS.items() if mark in given)


def _of_generation(models: Sequence[ModelColumn]) -> Iterator[tuple[Score, tuple[Score | None, ...]]]:
    """For every measure of free answers its first score, and every model's."""
    by_model = [{_line(score): score for score in model.scores if score.metric in FREE} for model in models]
    for line in dict.fromkeys(line for scores in by_model for line in scores):
        found = tuple(scores.get(line) for scores in by_model)
        yield next(score for score in found if score is not None), found


def _line(score: Score) -> tuple[str, int, str]:
    return score.task, score.shots, score.metric


def _bars(histograms: Sequence[Histogram]) -> Iterator[Bars]:
    together: dict[tuple[str, int, tuple[str, ...]], list[Histogram]] = {}
    for each in histograms:
        together.setdefault((each.task, each.shots, tuple(each.gold)), []).append(each)
    for (task, shots, words), cell in together.items():
        count = sum(cell[0].gold.values())  # every item has one right answer
        yield Bars(
            title=wording.cell_title(task, shots),
            words=words,
            gold=tuple(cell[0].gold[word] / max(count, 1) for word in words),
            models=tuple(each.model for each in cell),
            chosen=tuple(tuple(each.predicted[word] / max(count, 1) for word in words) for each in cell),
            count=count,
        )


def _perplexities(models: Sequence[ModelColumn]) -> Iterator[Perplexity]:
    names = [mean + suffix for mean in MEANS for suffix in ("", wording.WITH_END)]
    cells = dict.fromkeys(
        (score.task, score.shots) for model in models for score in model.scores if score.metric in names
    )
    for task, shots in cells:
        for model in models:
            here = [score for score in model.scores if (score.task, score.shots) == (task, shots)]
            for template in dict.fromkeys(score.template for score in here):
                by_name = {score.metric: score for score in here if score.template == template}
                yield Perplexity(
                    model=model.model,
                    task=wording.cell_title(task, shots),
                    template=template,
                    values=tuple(by_name.get(name) for name in names),
                )
