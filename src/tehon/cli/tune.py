"""`tehon tune`: a release and a base become an adapter."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tehon.cli.console import AllowBin, AsJson, Debug, Quiet, out, progress, show
from tehon.cli.launch import is_first, launch
from tehon.recipes import RECIPES
from tehon.records.tuning import Sharding


def tune(  # noqa: PLR0913 - one parameter an option
    recipe: Annotated[str, typer.Argument(help="A shipped recipe or a TOML file.")],
    *,
    release: Annotated[Path, typer.Option(help="Folder of a finished release.")],
    to: Annotated[Path, typer.Option("--out", help="Folder of the adapter or the model.")],
    base: Annotated[str, typer.Option(help="Folder, hub name, GGUF file or package:NAME of the model to tune.")] = "",
    changes: Annotated[list[str] | None, typer.Option("--set", help="key=value over the recipe; repeatable.")] = None,
    sharding: Annotated[
        Sharding, typer.Option(help="What several processes divide among them; none: each holds the whole base.")
    ] = "none",
    launcher: Annotated[
        str, typer.Option("--launch", help='Start several processes with this, such as "torchrun --nproc_per_node 2".')
    ] = "",
    allow_bin: AllowBin = False,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Tune a base with LoRA, or every weight where the recipe has none; a run that was stopped goes on where it was."""
    del debug
    if launcher:
        launch(launcher)
    from tehon.tune.run import tune as tune_base  # noqa: PLC0415 - torch is loaded only when it is needed

    chosen = RECIPES.open(recipe, tuple(changes or ()))
    if base:
        chosen = msgspec.structs.replace(chosen, base=base)
    shown = progress(quiet=quiet or not is_first())
    adapter = tune_base(chosen, release, to, sharding=sharding, allow_bin=allow_bin, progress=shown)
    if not is_first():
        return
    if json:
        show(adapter)
        return
    counts = adapter.counts
    out.print(
        f"{counts.steps:,} steps, {counts.drawn:,} examples drawn of {counts.examples:,}, {counts.tokens:,} tokens "
        f"({counts.scored_tokens:,} scored), {counts.positions:,} positions computed"
    )
    out.print(f"loss {adapter.first_loss:.4f} -> {adapter.last_loss:.4f} nats a scored token: {to}")
