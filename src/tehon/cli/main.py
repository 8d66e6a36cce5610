"""The `tehon` command: its verbs, and what becomes of an error."""

import logging
import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from tehon import __version__
from tehon.cli import (
    build,
    check,
    demo,
    diff,
    evaluate,
    export,
    fetch,
    generate,
    listing,
    merge,
    push,
    report,
    run,
    tune,
)
from tehon.cli.console import err, out, say
from tehon.errors import TehonError
from tehon.storage.atomic import disk_errors

INTERRUPTED = 130
"""Typer's exit code after Ctrl-C, the shell's convention."""


def _show_version(asked: bool) -> None:  # noqa: FBT001 - the form of typer's callbacks
    if asked:
        out.print(f"tehon {__version__}")
        raise typer.Exit


def tehon(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """From task corpora to a conversational model: build a licensed dataset, tune, evaluate, report."""
    del version


app = typer.Typer(
    name="tehon",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.callback()(tehon)
app.command("list")(listing.list_entries)
app.command("check")(check.check)
app.command("fetch")(fetch.fetch)
app.command("build")(build.build)
app.command("export")(export.export)
app.command("diff")(diff.diff)
app.command("push")(push.push)
app.command("tune")(tune.tune)
app.command("merge")(merge.merge)
app.command("evaluate")(evaluate.evaluate)
app.command("generate")(generate.generate)
app.command("report")(report.report)
app.command("run")(run.run)
app.command("demo")(demo.demo)


class Remarks(logging.Handler):
    """Shows what a stage logs as one plain line on standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Show one remark."""
        say(record.getMessage())


def _warn(message: Warning | str) -> None:
    err.print(f"[bold yellow]warning:[/] {escape(str(message))}")


def main() -> None:
    """Run the command line and leave with its exit code: 2 usage, 3 data, 4 model, 5 disk full, 130 interrupted."""
    logging.getLogger("tehon").addHandler(Remarks())
    logging.getLogger("tehon").setLevel(logging.WARNING if {"-q", "--quiet"} & set(sys.argv) else logging.INFO)
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it remarks on every product in another type
    warnings.showwarning = lambda message, *_, **__: _warn(message)
    try:
        with disk_errors(Path.cwd()):
            app()
    except TehonError as error:
        if "--debug" in sys.argv:
            raise
        err.print(f"[bold red]error:[/] {escape(str(error))}")
        sys.exit(error.exit_code)
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED:
            err.print("interrupted: what is finished is kept, and the same command goes on from there")
        raise
