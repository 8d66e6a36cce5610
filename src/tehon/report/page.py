"""What the page shows, section by section: the report turned into values that its templates only have to print."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from tehon.records.counted import ByLength, Confusion
from tehon.records.record import Record
from tehon.records.reporting import Answered, ModelColumn, Report
from tehon.records.scores import Score
from tehon.report import wording
from tehon.report.choice_figures import matrix
from tehon.report.figures import families, figures
from tehon.report.legend import legend
from tehon.report.length_figures import length
from tehon.report.sentences import caveats, summary, verdict
from tehon.report.strips import Strip, strip
from tehon.report.tables import ScoreTable, score_table
from tehon.writing.figures import Figure
from tehon.writing.words import listing

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
        matrices: model by model, what was chosen in place of what; none where they would be too large.
    """

    title: str
    words: tuple[str, ...]
    gold: tuple[float, ...]
    models: tuple[str, ...]
    chosen: tuple[tuple[float, ...], ...]
    count: int
    matrices: tuple[Figure, ...]


class Perplexity(Record, kw_only=True):
    """One model's perplexities of one task: for each of MEANS, without and with the end token."""

    model: str
    task: str
    template: str
    values: tuple[Score | None, ...]


class Lengths(Record, kw_only=True):
    """Perplexities of one cell by the length of the answer.

    Attributes:
        title: the task and its shots.
        models: names.
        lines: the label of each bin, its items, and for every model the perplexity without and with the end token.
    """

    title: str
    models: tuple[str, ...]
    lines: tuple[tuple[str, int, tuple[tuple[float | None, float | None], ...]], ...]


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
        "bars": tuple(_bars(report.confusions)),
        "means": MEANS,
        "perplexities": tuple(_perplexities(report.models)),
        "lengths": tuple(_lengths(report.by_length)),
        "caveats": caveats(report),
        "figures": figures(report),
    }


def _groups(report: Report) -> Iterator[Group]:
    for models in families(report.models):
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


def _bars(confusions: Sequence[Confusion]) -> Iterator[Bars]:
    together: dict[tuple[str, int, tuple[str, ...]], list[Confusion]] = {}
    for each in confusions:
        together.setdefault((each.task, each.shots, each.choices), []).append(each)
    for (task, shots, words), cell in together.items():
        count = sum(cell[0].gold)  # every item has one right answer
        yield Bars(
            title=wording.cell_title(task, shots),
            words=words,
            gold=tuple(items / max(count, 1) for items in cell[0].gold),
            models=tuple(each.model for each in cell),
            chosen=tuple(tuple(items / max(count, 1) for items in each.predicted) for each in cell),
            count=count,
            matrices=tuple(filter(None, map(matrix, cell))),
        )


def _lengths(by_length: Sequence[ByLength]) -> Iterator[Lengths]:
    """Where answers have several lengths; models that cut text in other tokens have tables of their own."""
    together: dict[tuple[str, int, tuple[tuple[int, int], ...]], list[ByLength]] = {}
    for each in by_length:
        bins = tuple((one.low, one.count) for one in each.bins)
        together.setdefault((each.task, each.shots, bins), []).append(each)
    for (task, shots, bins), cell in together.items():
        if len(bins) > 1:
            yield Lengths(
                title=wording.cell_title(task, shots),
                models=tuple(each.model for each in cell),
                lines=tuple(
                    (length(alike[0]), alike[0].count, tuple((one.perplexity, one.with_end) for one in alike))
                    for alike in zip(*(each.bins for each in cell), strict=True)
                ),
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
