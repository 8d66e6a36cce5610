"""`tehon demo`: the whole way on one machine, with a corpus that tehon makes itself."""

from pathlib import Path
from typing import Annotated

import typer

from tehon.cli.console import AsJson, Debug, Quiet
from tehon.cli.run import run


def demo(
    *,
    to: Annotated[Path, typer.Option("--out", help="Folder below which every stage writes its own.")] = Path(
        "out/demo"
    ),
    tiny: Annotated[
        bool, typer.Option("--tiny", help="Random tiny models, under a minute; scores mean nothing.")
    ] = False,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Tune a real 268 M model on this machine, and show base and tuned model side by side (about 6 minutes)."""
    run("demo_tiny" if tiny else "demo", to=to, quiet=quiet, json=json, debug=debug)
