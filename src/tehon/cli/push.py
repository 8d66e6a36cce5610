"""`tehon push`: a finished release goes to the Hugging Face hub."""

from pathlib import Path
from typing import Annotated

import typer

from tehon.cli.console import AsJson, Debug, Quiet, out, progress, show
from tehon.publish.push import plan_push
from tehon.publish.push import push as push_folder
from tehon.records.publishing import Pushed


def push(  # noqa: PLR0913 - one parameter an option
    release: Annotated[Path, typer.Argument(help="Folder of a finished release or export.")],
    *,
    to: Annotated[str, typer.Option("--to", help="USER/NAME; made where it does not exist.")],
    private: Annotated[bool, typer.Option("--private", help="Make it private; one that exists must be.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be uploaded, and ask nobody.")] = False,
    even_so: Annotated[
        bool, typer.Option("--even-so", help="Push what may not be shared, into a private repository.")
    ] = False,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Push a release to the hub, every file checked against its manifest first.

    Log in with `hf auth login`, or set HF_TOKEN. A release whose licence is not known, or whose mixture says
    shared = false, is refused.
    """
    del debug
    if dry_run:
        pushed = plan_push(release, to, private=private, even_so=even_so)
    else:
        pushed = push_folder(release, to, private=private, even_so=even_so, progress=progress(quiet=quiet))
    if json:
        show(pushed)
    elif dry_run:
        show_plan(pushed)
    else:
        out.print(f"{len(pushed.files):,} files, {pushed.size_bytes:,} bytes: {pushed.url}")


def show_plan(planned: Pushed) -> None:
    """Every file with its size, and both lines of the commit."""
    for file in planned.files:
        out.print(f"{file.size_bytes:>15,}  {file.path}", markup=False)
    kind = "private" if planned.private else "public"
    out.print(f"{planned.size_bytes:>15,}  bytes in {len(planned.files):,} files to {planned.repository} ({kind})")
    out.print(f"what lies there already of {', '.join(planned.removes)} is replaced", markup=False)
    out.print(f"\n{planned.message}\n\n{planned.description}", markup=False)
