"""What a verb says, and how: progress while it works, its result at the end, plain or as JSON."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

from tehon.progress import Advance, silent
from tehon.progress import Progress as OpenLine

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the result.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON value.")]
AllowBin = Annotated[
    bool, typer.Option("--allow-bin", help="Read pickled weights, too: as plain tensors, which runs no code.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an error came from.")]

PLAIN_SECONDS = 10.0
"""Time between two progress lines when the output is no terminal."""

PLAIN_WIDTH = 160
"""Columns of a table when the output is no terminal."""

out = Console(highlight=False, soft_wrap=True, emoji=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def progress(*, quiet: bool) -> OpenLine:
    """A bar on a terminal, a line now and then elsewhere, nothing when quiet; always on standard error."""
    if quiet:
        return silent
    return _bar if err.is_terminal else _lines


def say(text: str, *, quiet: bool = False) -> None:
    """One remark beside the result, on standard error."""
    if not quiet:
        err.print(text, markup=False)


def complain(text: str) -> None:
    """An error, on standard error."""
    err.print(f"[bold red]error:[/] {escape(text)}")


def show(value: object) -> None:
    """A record, or a list of records, as JSON on standard output."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


@contextmanager
def _bar(title: str, total: int | None, unit: str) -> Iterator[Advance]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=err) as bars:
        line = bars.add_task(title, total=total, rate="", note="")
        started = monotonic()
        count = 0

        def advance(done: int, note: str = "") -> None:
            nonlocal count
            count += done
            rate = f"{count / max(monotonic() - started, 1e-9):,.1f} {unit}/s"
            bars.update(line, advance=done, rate=rate, note=note)

        yield advance


@contextmanager
def _lines(title: str, total: int | None, unit: str) -> Iterator[Advance]:
    started = said = monotonic()
    count = 0

    def advance(done: int, note: str = "") -> None:
        nonlocal count, said
        count += done
        if monotonic() - said >= PLAIN_SECONDS:
            said = monotonic()
            say(_line(title, count, total, unit, said - started) + (f"  {note}" if note else ""))

    yield advance
    say(f"{title}: {count:,} {unit}, done in {monotonic() - started:,.0f} s")


def _line(title: str, count: int, total: int | None, unit: str, seconds: float) -> str:
    rate = count / max(seconds, 1e-9)
    of = f"/{total:,}" if total else ""
    left = f", {(total - count) / rate:,.0f} s left" if total and total > count and rate else ""
    return f"{title}: {count:,}{of} {unit}, {rate:,.1f}/s, {seconds:,.0f} s{left}"
