"""`tehon build`: raw corpora become a release."""

from pathlib import Path
from typing import Annotated

import typer

from tehon.build.choose import choose_mixture
from tehon.build.pipeline import build as build_release
from tehon.cli.console import AsJson, Debug, Quiet, out, progress, show


def build(  # noqa: PLR0913 - one parameter an option
    mixture: Annotated[str, typer.Argument(help="A shipped mixture, a TOML file, or sources joined by +.")],
    *,
    to: Annotated[Path, typer.Option("--out", help="Folder of the release.")],
    raw: Annotated[Path | None, typer.Option(help="Folder with one subfolder of upstream files per source.")] = None,
    changes: Annotated[list[str] | None, typer.Option("--set", help="key=value over the mixture; repeatable.")] = None,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Build an instruction dataset with source and licence on every example.

    Sources joined by + are taken whole and as the paper's authors read them (--set rendering=published and
    deduplicate=false); a mixture's file says for itself.
    """
    del debug
    release = build_release(choose_mixture(mixture, tuple(changes or ())), raw, to, progress=progress(quiet=quiet))
    if json:
        show(release)
        return
    dropped = sum(sum(line.dropped.values()) for line in release.ledger)
    out.print(f"{release.examples:,} examples from {len(release.by_source)} sources, {dropped:,} rows dropped: {to}")
    for source, count in release.by_source.items():
        out.print(f"  {source:24} {count:>10,}")
    out.print(f"licence of the whole: {release.licence}; every row's own stands in its column. No legal advice.")
