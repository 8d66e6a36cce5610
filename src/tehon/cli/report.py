"""`tehon report`: scores of many models become one report."""

from pathlib import Path
from typing import Annotated

import typer

from tehon.cli.console import AsJson, Debug, Quiet, out, progress, show
from tehon.cli.tables import print_side_by_side
from tehon.report.browse import MOST_ITEMS
from tehon.report.run import report as write_report


def report(  # noqa: PLR0913 - one parameter an option
    runs: Annotated[
        list[Path], typer.Argument(help="Folders of finished evaluations; releases and adapters may join.")
    ],
    *,
    to: Annotated[Path, typer.Option("--out", help="Folder of the report.")],
    title: Annotated[str, typer.Option(help="The report's heading.")] = "",
    every_pair: Annotated[
        bool, typer.Option("--every-pair", help="Test every two models against each other, not only tuned and base.")
    ] = False,
    votes: Annotated[
        list[Path] | None, typer.Option(help="Votes on these models' answers, from tehon serve; repeatable.")
    ] = None,
    most_items: Annotated[
        int,
        typer.Option(
            "--items", min=0, help="Items that the page holds at most, chosen by hash; 0 leaves the lists out."
        ),
    ] = MOST_ITEMS,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Put models side by side: Markdown, JSON, LaTeX, CSV and one HTML page that opens from disk."""
    del debug
    written = write_report(
        runs,
        to,
        title=title,
        every_pair=every_pair,
        votes=votes or (),
        most_items=most_items,
        progress=progress(quiet=quiet),
    )
    if json:
        show(written)
        return
    print_side_by_side(written)
    out.print(f"report: {to / 'report.html'}")
