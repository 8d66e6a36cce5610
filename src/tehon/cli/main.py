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
    chat,
    check,
    demo,
    diff,
    evaluate,
    export,
    fetch,
    generate,
    judge,
    listing,
    merge,
    preferences,
    push,
    report,
    run,
    serve,
    show,
    tune,
)
from tehon.cli.console import complain, err, out, say
from tehon.cli.launch import is_first, is_launched, leave_word, sign_in
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
app.command("judge")(judge.judge)
app.command("report")(report.report)
app.command("chat")(chat.chat)
app.command("show")(show.show)
app.command("serve")(serve.serve)
app.command("preferences")(preferences.preferences)
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
    silent = {"-q", "--quiet"} & set(sys.argv) or not is_first()
    logging.getLogger("tehon").setLevel(logging.WARNING if silent else logging.INFO)
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it remarks on every product in another type
    warnings.showwarning = lambda message, *_, **__: _warn(message) if is_first() else None
    sign_in()
    try:
        with disk_errors(Path.cwd()):
            app()
    except TehonError as error:
        if "--debug" in sys.argv:
            raise
        sys.exit(_told(error))
    except SystemExit as leaving:
        if is_launched() and leaving.code:
            if leaving.code == INTERRUPTED:
                leave_word(INTERRUPTED)
            sys.exit(0)
        if leaving.code == INTERRUPTED and is_first():
            err.print("interrupted: what is finished is kept, and the same command goes on from there")
        raise


def _told(error: TehonError) -> int:
    """Say what went wrong, or let whoever started this process say it; the exit code."""
    if not is_launched():
        complain(str(error))
        return error.exit_code
    leave_word(error.exit_code, str(error))
    # A launcher makes a long story of a process that fails; one that leaves alone must fail, so that the others end.
    return 0 if error.everywhere else error.exit_code
