"""`tehon judge`: two models' answers before a judge model."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tehon.cli.console import AsJson, Debug, Quiet, out, progress, show
from tehon.evaluate.judge import judge as judge_answers
from tehon.evaluate.subject import Subject
from tehon.records.judging import Judged
from tehon.report.wording import p_value, task_title


def judge(  # noqa: PLR0913 - one parameter an option
    first: Annotated[Path, typer.Argument(help="Folder of a finished evaluation with generated answers.")],
    second: Annotated[Path, typer.Argument(help="The same of the other model, on the same items.")],
    *,
    judge: Annotated[str, typer.Option("--judge", help="The judge: URL#NAME of an OpenAI-compatible server.")],
    to: Annotated[Path, typer.Option("--out", help="Folder of questions, replies and verdicts.")],
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Ask a judge which answers are better, each pair in both orders; only a choice that stays the same counts."""
    del debug
    judged = judge_answers(first, second, Subject(base=judge), to, progress=progress(quiet=quiet))
    if json:
        show(judged)
        return
    out.print(table(judged), soft_wrap=False)
    out.print(f"every question and reply: {to}")


def table(judged: Judged) -> Table:
    """A line a task."""
    lines = Table(title=f"judged by {judged.judge}", title_justify="left", pad_edge=False)
    for column in ("task", "pairs", judged.first, judged.second, "tie", "swayed by order", "unclear", "p"):
        lines.add_column(column, justify="left" if column == "task" else "right")
    for tally in judged.tallies:
        counts = (tally.count, tally.first, tally.second, tally.ties, tally.swayed, tally.unclear)
        lines.add_row(
            task_title(tally.task) if tally.task else "all", *(f"{count:,}" for count in counts), p_value(tally.p_value)
        )
    return lines
