"""`tehon build`: raw corpora become a release."""

from pathlib import Path
from typing import Annotated

import typer

from tehon.build.choose import choose_mixture, leave_out
from tehon.build.folder import QUARANTINE
from tehon.build.pipeline import build as build_release
from tehon.build.pipeline import build_share
from tehon.build.scale import AUTO, Scale
from tehon.build.workshop import Share
from tehon.cli.console import AsJson, Debug, Quiet, out, progress, show
from tehon.publish.diff import differences
from tehon.publish.told import differences_told
from tehon.records.publishing import Differences
from tehon.records.release import Release
from tehon.writing.words import amount


def build(  # noqa: PLR0913 - one parameter an option
    mixture: Annotated[str, typer.Argument(help="A shipped mixture, a TOML file, or sources joined by +.")],
    *,
    to: Annotated[Path | None, typer.Option("--out", help="Folder of the release.")] = None,
    raw: Annotated[Path | None, typer.Option(help="Folder with one subfolder of upstream files per source.")] = None,
    changes: Annotated[list[str] | None, typer.Option("--set", help="key=value over the mixture; repeatable.")] = None,
    without: Annotated[list[str] | None, typer.Option(help="A source to leave out; repeatable.")] = None,
    against: Annotated[Path | None, typer.Option(help="An earlier release, to tell what has changed since.")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Jobs at a time; 0 means one a core.")] = 0,
    executor: Annotated[str, typer.Option(help="serial, processes, ray, or auto.")] = AUTO,
    work: Annotated[Path | None, typer.Option(help="Folder to keep finished jobs in for the next build.")] = None,
    rank: Annotated[int, typer.Option(min=0, help="This machine's number, from 0, of --world.")] = 0,
    world: Annotated[int, typer.Option(min=1, help="Machines that share --work; without --out.")] = 1,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Build an instruction dataset with source and licence on every example.

    Sources joined by + are taken whole and as the paper's authors read them (--set rendering=published and
    deduplicate=false); a mixture's file says for itself.

    To take a source out of a release again, give --without SOURCE and --against the earlier release.

    On several machines, run it on each with --work, --rank and --world until nothing is missing, then once with --work
    and --out. The release is the same, to the byte, as from one machine.
    """
    del debug
    wanted = leave_out(choose_mixture(mixture, tuple(changes or ())), without or ())
    scale = Scale(executor=executor, workers=workers, work=work, rank=rank, world=world)
    listens = progress(quiet=quiet)
    if to is None:
        show_share(build_share(wanted, raw, scale, progress=listens), json=json)
        return
    release = build_release(wanted, raw, to, scale=scale, progress=listens)
    changed = differences(against, to) if against else None
    if json:
        show({"release": release, "differences": changed} if changed else release)
    else:
        show_release(release, to, changed)


def show_release(release: Release, folder: Path, changed: Differences | None) -> None:
    """Say what was built, and what has changed since an earlier release."""
    dropped = sum(sum(line.dropped.values()) for line in release.ledger)
    out.print(f"{amount(release.examples, 'example')} from {amount(len(release.by_source), 'source')}, "
              f"{amount(dropped, 'row')} dropped: {folder}")  # fmt: skip
    damaged = sum(line.damaged for line in release.ledger)
    if damaged:
        out.print(f"{amount(damaged, 'row')} damaged: {folder / QUARANTINE} says where and why")
    for source, count in release.by_source.items():
        out.print(f"  {source:24} {count:>10,}")
    out.print(f"licence of the whole: {release.licence}; every row's own stands in its column. No legal advice.")
    if changed:
        out.print()
        out.print(differences_told(changed), markup=False)


def show_share(share: Share, *, json: bool) -> None:
    """Say what one of several machines did, and what is missing."""
    if json:
        show(share)
        return
    out.print(f"{share.round}: {share.done:,} of {share.jobs:,} jobs done here, {share.missing:,} are missing")
