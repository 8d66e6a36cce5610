"""`tehon fetch`: upstream files come into the raw folder."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from tehon.cli.console import AsJson, Debug, Quiet, err, out, progress, show
from tehon.fetch.outcome import Fetched
from tehon.fetch.run import fetch as fetch_files
from tehon.fetch.run import plan


def fetch(
    names: Annotated[list[str], typer.Argument(help="Sources, tasks, mixtures, suites or experiments.")],
    *,
    raw: Annotated[Path, typer.Option(help="Folder with one subfolder of upstream files per source and task.")] = Path(
        "raw"
    ),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the files, and ask nobody for them.")] = False,
    update_lock: Annotated[
        bool, typer.Option("--update-lock", help="Accept other bytes than those that were fetched before.")
    ] = False,
    mirror: Annotated[str, typer.Option(help="Address below which NAME/FILE is looked for first.")] = "",
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Fetch the upstream files of sources, tasks, mixtures, suites or experiments into the raw folder.

    What lies there unchanged is not fetched again, and what was cut off goes on. The digest of each file is kept in
    RAW/fetch.lock.json; a file that has changed upstream since is an error.
    """
    del debug
    if dry_run:
        files = plan(names, raw)
    else:
        files = fetch_files(names, raw, update_lock=update_lock, mirror=mirror, progress=progress(quiet=quiet))
    if json:
        show(files)
    elif not files:
        out.print("nothing to fetch: all of it is part of tehon")
    else:
        out.print(_table(files, raw))
    _tell(files, raw, json=json)
    sys.exit(max((file.exit_code for file in files), default=0))


def _table(files: list[Fetched], raw: Path) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("file", "state", "licence"):
        table.add_column(column, no_wrap=True)
    table.add_column("bytes", justify="right", no_wrap=True)
    table.add_column("address", overflow="fold")
    for file in files:
        size = "" if file.size_bytes is None else f"{file.size_bytes:,}"
        table.add_row(*map(escape, (str(raw / file.file), file.state, file.licence, size, file.url)))
    return table


def _tell(files: list[Fetched], raw: Path, *, json: bool) -> None:
    """What a person has to do: in the result of a program's run it stands already."""
    for file in files:
        if file.then and not json:
            out.print(escape(f"{raw / file.file}: {file.then}."))
        if file.problem:
            err.print(f"[bold red]error:[/] {escape(file.problem)}")
