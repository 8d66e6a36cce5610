"""`tehon serve`: answers compared blind by people, in the browser."""

from pathlib import Path
from typing import Annotated

import typer

from tehon.cli.console import Debug, Quiet, err, progress
from tehon.errors import PackageMissing
from tehon.storage.votes import vote_file

VOTES = Path("votes.jsonl")


def serve(  # noqa: PLR0913 - one parameter an option
    runs: Annotated[
        list[Path], typer.Argument(help="Folders of finished evaluations with generated answers, or sets as .jsonl.")
    ],
    *,
    votes: Annotated[Path, typer.Option(help="File that every vote is added to.")] = VOTES,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any that is free.")] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen at; other than loopback needs a token.")] = "127.0.0.1",
    token: Annotated[str, typer.Option(help="What a browser must know.", envvar="TEHON_TOKEN")] = "",
    prompt_bytes: Annotated[int, typer.Option(min=1, help="Longest text that a person may send.")] = 8_000,
    requests_per_second: Annotated[int, typer.Option(min=1, help="Of one client.")] = 10,
    scripted: Annotated[bool, typer.Option("--scripted", help="Mark every vote as a program's.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Show people two models' answers side by side, hidden and swapped, and keep what they prefer."""
    del debug
    try:
        from tehon.web import app, collect, compare, deal, limits  # noqa: PLC0415 - an extra
        from tehon.web import serve as server  # noqa: PLC0415 - likewise
    except ImportError as error:
        problem = f"needs the package {error.name}, which is not installed"
        raise PackageMissing("tehon serve", problem, "Run pip install 'tehon[web]'") from error
    server.check_host(host, token)
    bounds = limits.Limits(prompt_bytes=prompt_bytes, requests_per_second=requests_per_second)
    matchups = collect.collect(runs, progress(quiet=quiet))

    def ready(chosen: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        key = f"?token={token}" if token else ""
        err.print(f"{len(matchups):,} comparisons; votes go to {votes}", markup=False)
        err.print(f"open http://{shown}:{chosen}/{key} (Ctrl-C ends it)", markup=False)

    with vote_file(votes) as open_file:
        dealt = deal.Deal(matchups, open_file, scripted=scripted)
        pages = app.application(compare.Compare(dealt, bounds).routes, "/compare", bounds, token)
        server.serve(pages, host, port, ready)
