"""`tehon fetch`: upstream files come into the raw folder."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from tehon.cli.console import AsJson, Debug, Quiet, err, out, progress, show
from tehon.fetch.outcome import Fetched
from tehon.fetch.run import fetch as fetch_files
from tehon.fetch.run import plan


def fetch(  # noqa: PLR0913 - one parameter an option
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
    else:
        _show(files, raw, addresses=dry_run)
    for file in files:
        if file.problem:
            err.print(f"[bold red]error:[/] {escape(file.problem)}")
    sys.exit(max((file.exit_code for file in files), default=0))


def _show(files: list[Fetched], raw: Path, *, addresses: bool) -> None:
    """A line for each file, and under it where it comes from and what a person has to do."""
    if not files:
        out.print("nothing to fetch: all of it is part of tehon")
    width = max((len(str(raw / file.file)) for file in files), default=0)
    for file in files:
        size = "size unknown" if file.size_bytes is None else f"{file.size_bytes:,} bytes"
        line = f"{raw / file.file!s:{width}}  {file.state:8}  {size:>20}  {file.licence}"
        out.print(line, markup=False)
        if addresses and file.url:
            out.print(f"  from {file.url}", markup=False)
        if file.then:
            out.print(f"  {file.then}.", markup=False)
