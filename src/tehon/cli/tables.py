"""Tables and answers on a terminal."""

from rich.table import Table
from rich.text import Text

from tehon.cli.console import out
from tehon.records.reporting import Report
from tehon.report.tables import side_by_side

SHOWN_ANSWERS = 3


def print_side_by_side(report: Report) -> None:
    """The models beside each other, what the marks mean, and a few answers of every model."""
    shown = side_by_side(report)
    table = Table(title=Text(shown.title), title_justify="left", pad_edge=False)
    for place, name in enumerate(shown.columns):
        table.add_column(Text(name), justify="left" if place == 0 else "right")
    for row in shown.rows:
        table.add_row(*map(Text, row))
    out.print(table)
    for note in shown.notes:
        out.print(Text(note, style="dim"))
    print_answers(report)


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
