"""`tehon preferences`: what votes come to."""

from pathlib import Path
from typing import Annotated

import typer

from tehon.cli.console import AsJson, Debug, out, show
from tehon.cli.tables import print_table
from tehon.report.preferences import preferences as count
from tehon.report.preferred import tables
from tehon.storage.votes import read_votes


def preferences(
    votes: Annotated[list[Path], typer.Argument(help="Files that tehon serve has written.")],
    *,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Turn votes into win rates, Bradley–Terry strengths with intervals, and agreement between people."""
    del debug
    found = count([vote for path in votes for vote in read_votes(path)])
    if json:
        show(found)
        return
    for table in tables(found):
        if table.rows:
            print_table(table)
            out.print()
