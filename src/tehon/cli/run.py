"""`tehon run`: all stages of an experiment."""

from pathlib import Path
from typing import Annotated

import typer

from tehon.cli.console import AsJson, Debug, Quiet, out, progress, say, show
from tehon.cli.tables import print_side_by_side
from tehon.experiment import run_experiment
from tehon.recipes import EXPERIMENTS


def run(
    experiment: Annotated[str, typer.Argument(help="A shipped experiment or a TOML file.")],
    *,
    to: Annotated[Path, typer.Option("--out", help="Folder below which every stage writes its own.")],
    raw: Annotated[Path | None, typer.Option(help="Folder with one subfolder of upstream files per source.")] = None,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Build, tune, evaluate base and tuned model, and report; finished stages are skipped."""
    del debug
    chosen = EXPERIMENTS.open(experiment)
    for notice in sorted({base.notice for base in chosen.bases.values()} - {""}):
        say(notice, quiet=quiet)
    report, folder = run_experiment(chosen, to, raw=raw, progress=progress(quiet=quiet))
    if json:
        show(report)
        return
    print_side_by_side(report)
    out.print(f"report: {folder / 'report.html'}")
