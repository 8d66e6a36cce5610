"""`tehon serve`: in the browser, answers compared blind by people, a talk with a model, and what was made."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from tehon.cli.console import AllowBin, Debug, Quiet, progress, say
from tehon.errors import PackageMissing
from tehon.evaluate.subject import Subject
from tehon.records.preferences import PageName
from tehon.records.tuning import Precision

Runs = Annotated[
    list[Path] | None, typer.Argument(help="Finished folders, tunings under way, and prepared answers as .jsonl.")
]
Pages = Annotated[
    list[PageName] | None, typer.Option("--page", help="Only this page; repeatable. Default: all that there can be.")
]


def serve(  # noqa: PLR0913 - one parameter an option
    runs: Runs = None,
    *,
    votes: Annotated[Path, typer.Option(help="File that every vote is added to.")] = Path("votes.jsonl"),
    model: Annotated[str, typer.Option(help="To talk to: folder, hub name, GGUF file, package:NAME.")] = "",
    adapter: Annotated[Path | None, typer.Option(help="Folder of a LoRA adapter over the model.")] = None,
    template: Annotated[str, typer.Option(help="The talk's prompt frame; default: the tuned model's own.")] = "",
    precision: Annotated[Precision, typer.Option(help="Of the base's weights.")] = "auto",
    pages: Pages = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any that is free.")] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen at; other than loopback needs a token.")] = "127.0.0.1",
    token: Annotated[str, typer.Option(help="What a browser must know.", envvar="TEHON_TOKEN")] = "",
    prompt_bytes: Annotated[int, typer.Option(min=1, help="Longest text that a person may send.")] = 8_000,
    generations: Annotated[int, typer.Option(min=1, help="Answers written at the same time.")] = 4,
    requests_per_second: Annotated[int, typer.Option(min=1, help="Of one client.")] = 10,
    scripted: Annotated[bool, typer.Option("--scripted", help="Mark every vote as a program's.")] = False,
    allow_bin: AllowBin = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Let people judge two models' answers blind, talk to a model, and look at reports and running tunings."""
    del debug
    _check_installed()
    from tehon.web import app, limits, rooms  # noqa: PLC0415 - an extra
    from tehon.web import serve as server  # noqa: PLC0415 - likewise

    server.check_host(host, token)
    bounds = limits.Limits(prompt_bytes=prompt_bytes, generations=generations, requests_per_second=requests_per_second)
    talk = Subject(base=model, adapter=adapter, precision=precision, allow_bin=allow_bin) if model else None
    offer = rooms.Offer(
        runs=tuple(runs or ()),
        votes=votes,
        scripted=scripted,
        talk=talk,
        template=template,
        pages=tuple(pages or ()),
    )
    with rooms.open_rooms(offer, bounds, progress(quiet=quiet)) as opened:
        shown = app.application(opened, bounds, token)
        server.serve(shown, host, port, lambda at: say(f"open {server.address(host, at, token)} (Ctrl-C ends it)"))


def _check_installed() -> None:
    """See that the packages of the pages are there.

    Raises:
        PackageMissing: one is not.
    """
    for package in ("starlette", "uvicorn"):
        if not find_spec(package):
            problem = f"needs the package {package}, which is not installed"
            raise PackageMissing("tehon serve", problem, "Run pip install 'tehon[web]'")
