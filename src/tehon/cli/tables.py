"""Tables and answers on a terminal."""

from typing import Literal

from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from tehon.cli.console import out
from tehon.records.reporting import ModelColumn, Report, TextTable
from tehon.records.scores import Scores
from tehon.report.lengths import prompt_notes
from tehon.report.tables import side_by_side

SHOWN_ANSWERS = 3
COLUMNS = ("task", "template", "shots", "seed", "metric", "value", "±", "seeds ±", "baseline", "items", "flags")


def print_side_by_side(report: Report) -> None:
    """The models beside each other, what the marks mean, and a few answers of every model."""
    print_table(side_by_side(report))
    print_answers(report)


def print_scores(scores: Scores, *, every_metric: bool = False) -> None:
    """One model's row of the table, with marks and baselines, and what became of its prompts."""
    title = scores.suite.title or scores.suite.name
    alone = Report(title=title, protocol=scores.protocol, models=(column(scores),), comparisons=(), samples=())
    print_table(side_by_side(alone))
    for note in prompt_notes(scores.scores):
        out.print(Text(note, style="dim"))
    if every_metric:
        out.print(every_line(scores))


def every_line(scores: Scores) -> Table:
    """Every score of one model, a line a metric."""
    lines = Table(title=scores.model, title_justify="left", pad_edge=False)
    for name in COLUMNS:
        justify: JustifyMethod = "left" if name in {"task", "template", "metric", "flags"} else "right"
        lines.add_column(name, justify=justify, no_wrap=name != "flags", overflow="fold")
    for score in scores.scores:
        numbers = (score.value, score.standard_error, score.spread, score.baseline)
        value, error, spread, baseline = ("" if number is None else f"{number:.4g}" for number in numbers)
        flags = ", ".join(score.flags)
        lines.add_row(
            score.task,
            score.template,
            str(score.shots),
            "" if score.seed is None else str(score.seed),
            score.metric,
            value,
            error,
            spread,
            baseline,
            f"{score.count:,}",
            flags,
        )
    return lines


def column(scores: Scores) -> ModelColumn:
    """One model as a report shows it."""
    role: Literal["base", "tuned"] = "tuned" if scores.adapter else "base"
    return ModelColumn(model=scores.model, role=role, base=scores.base, folder="", scores=scores.scores)


def print_table(shown: TextTable) -> None:
    """A table with its notes."""
    table = Table(title=Text(shown.title), title_justify="left", pad_edge=False)
    for place, name in enumerate(shown.columns):
        table.add_column(Text(name), justify="left" if place == 0 else "right")
    for row in shown.rows:
        table.add_row(*map(Text, row))
    out.print(table)
    for note in shown.notes:
        out.print(Text(note, style="dim"))


def print_answers(report: Report) -> None:
    """The first few prompts with the answer of every model."""
    for item in list(dict.fromkeys(answer.item for answer in report.samples))[:SHOWN_ANSWERS]:
        answers = [answer for answer in report.samples if answer.item == item]
        out.print()
        out.print(Text(answers[0].prompt, style="bold"))
        for answer in answers:
            line = Text(f"  {answer.model}: ", style="dim")
            line.append(answer.text.strip().replace("\n", "⏎") or "(empty)", style="none")
            line.append(f"  [{', '.join(answer.marks)}]", style="dim")
            out.print(line)
