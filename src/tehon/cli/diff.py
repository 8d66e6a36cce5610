"""`tehon diff`: what lies between two releases."""

from pathlib import Path
from typing import Annotated

import typer

from tehon.cli.console import AsJson, Debug, out, show
from tehon.publish.diff import differences
from tehon.publish.told import differences_told
from tehon.storage.atomic import write_text


def diff(
    before: Annotated[Path, typer.Argument(help="Folder of a finished release.")],
    after: Annotated[Path, typer.Argument(help="Folder of another.")],
    *,
    to: Annotated[Path | None, typer.Option("--out", help="File to write the Markdown into.")] = None,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Compare two releases: counts, examples that came, went or changed, settings, licences, inputs."""
    del debug
    found = differences(before, after)
    told = differences_told(found)
    if to is not None:
        write_text(to, told)
    if json:
        show(found)
    elif to is None:
        out.print(told, markup=False, end="")
    else:
        out.print(f"differences: {to}", markup=False)
