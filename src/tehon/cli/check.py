"""`tehon check`: validation without running anything."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tehon.check import Given
from tehon.check import check as check_entries
from tehon.cli.console import AsJson, Debug, Quiet, out, show


def check(  # noqa: PLR0913 - one parameter an option
    names: Annotated[list[str] | None, typer.Argument(help="Entries or TOML files; none checks everything.")] = None,
    *,
    raw: Annotated[Path | None, typer.Option(help="Read these raw files to their end as well.")] = None,
    release: Annotated[Path | None, typer.Option(help="Estimate recipes on this release.")] = None,
    tokens_per_second: Annotated[
        float | None, typer.Option(min=1, help="Of the device that recipes are estimated for.")
    ] = None,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Validate entries, TOML files and raw files, and show rendered examples; nothing is built or tuned."""
    del debug
    found = list(check_entries(names or (), Given(raw=raw, release=release, tokens_per_second=tokens_per_second)))
    if json:
        show(found)
    for one in [] if json else found:
        if one.problem:
            out.print(Text.assemble((f"{one.kind} {one.name}: ", "bold red"), one.problem))
        elif not quiet:
            out.print(Text(f"{one.kind} {one.name}: well", style="bold green"))
            if names:
                out.print(Text("\n".join(one.shown)))
    sys.exit(max((one.exit_code for one in found), default=0))
