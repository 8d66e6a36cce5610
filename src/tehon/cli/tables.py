"""Tables and answers on a terminal, however narrow."""

from collections.abc import Iterator, Sequence
from typing import Literal

from rich.cells import cell_len
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from tehon.cli.console import out
from tehon.records.reporting import ModelColumn, Report, TextTable
from tehon.records.scores import Score, Scores
from tehon.report.lengths import prompt_notes
from tehon.report.preferred import tables as preferred
from tehon.report.terminal import side_by_side

SHOWN_ANSWERS = 3
COLUMNS = ("", "value", "±", "seeds ±", "baseline", "items", "flags")
HEADING, NARROW_HEADING = 22, 12
"""A heading that is wider than its column and than this goes on below."""
LABEL = 0.32
"""Share of a narrow terminal that the first column may take."""
WIDE = 100_000


def print_side_by_side(report: Report) -> None:
    """The models beside each other, what the marks mean, and a few answers of every model."""
    print_table(side_by_side(report))
    if report.preferences:
        for table in preferred(report.preferences):
            out.print()
            print_table(table)
    print_answers(report)


def print_scores(scores: Scores, *, every_metric: bool = False) -> None:
    """One model's row of the table, with marks and baselines, and what became of its prompts."""
    title = scores.suite.title or scores.suite.name
    alone = Report(title=title, protocol=scores.protocol, models=(column(scores),), comparisons=(), samples=())
    print_table(side_by_side(alone))
    for note in prompt_notes(scores.scores):
        out.print(Text(note, style="dim"))
    if every_metric:
        print_table(every_line(scores))


def every_line(scores: Scores) -> TextTable:
    """Every score of one model, a line a metric; what no score has is left out."""
    rows = [_line(score) for score in scores.scores]
    kept = [place for place in range(len(COLUMNS)) if any(row[place] for row in rows)]
    return TextTable(
        title=scores.model,
        columns=tuple(COLUMNS[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in rows),
    )


def _line(score: Score) -> tuple[str, ...]:
    drawn = "" if score.seed is None else f" seed {score.seed}"
    numbers = (score.value, score.standard_error, score.spread, score.baseline)
    return (
        f"{score.task} {score.shots}-shot{drawn} ({score.template}): {score.metric}",
        *("" if number is None else f"{number:.4g}" for number in numbers),
        f"{score.count:,}",
        ", ".join(score.flags),
    )


def column(scores: Scores) -> ModelColumn:
    """One model as a report shows it."""
    role: Literal["base", "tuned"] = "tuned" if scores.adapter else "base"
    return ModelColumn(model=scores.model, role=role, base=scores.base, folder="", scores=scores.scores)


def print_table(shown: TextTable) -> None:
    """A table with its notes; one that is too wide goes on below itself, under the same first column."""
    for part in parts(shown, out.width):
        out.print(part, soft_wrap=False)
    for note in shown.notes:
        # Whoever reads no terminal may look for a whole line.
        out.print(Text(note, style="dim"), soft_wrap=not out.is_terminal)


def parts(shown: TextTable, width: int) -> Iterator[Table]:
    """The table as so many that each fits into a width, if that can be; nothing is ever cut off.

    Args:
        shown: the table.
        width: in columns of the terminal.
    """
    rest = list(range(1, len(shown.columns)))
    whole = _drawn(shown, rest)
    if not rest or _width(whole) <= width:
        yield whole
        return
    label = int(LABEL * width)
    title = shown.title
    while rest:
        fitting = (count for count in range(len(rest), 1, -1) if _width(_drawn(shown, rest[:count], label)) <= width)
        count = next(fitting, 1)
        yield _drawn(shown, rest[:count], label, title)
        rest, title = rest[count:], ""


def _width(table: Table) -> int:
    return Measurement.get(out, out.options.update_width(WIDE), table).maximum


def _drawn(shown: TextTable, places: Sequence[int], label: int | None = None, title: str | None = None) -> Table:
    """The first column and these, the first one folded where it is wider than `label`."""
    heading = shown.title if title is None else title
    table = Table(title=Text(heading) if heading else None, title_justify="left", pad_edge=False)
    table.add_column(Text(shown.columns[0]), overflow="fold", max_width=label)
    for place in places:
        name = shown.columns[place]
        widest = max([HEADING if label is None else NARROW_HEADING, *(cell_len(row[place]) for row in shown.rows)])
        table.add_column(Text(name), justify="right", overflow="fold", max_width=widest)
    for row in shown.rows:
        table.add_row(*(Text(row[place]) for place in (0, *places)))
    return table


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
