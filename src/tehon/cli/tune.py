"""`tehon tune`: a release and a base become an adapter."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tehon.cli.console import AllowBin, AsJson, Debug, Quiet, out, progress, show
from tehon.recipes import RECIPES


def tune(  # noqa: PLR0913 - one parameter an option
    recipe: Annotated[str, typer.Argument(help="A shipped recipe or a TOML file.")],
    *,
    release: Annotated[Path, typer.Option(help="Folder of a finished release.")],
    to: Annotated[Path, typer.Option("--out", help="Folder of the adapter or the model.")],
    base: Annotated[str, typer.Option(help="Folder, hub name, GGUF file or package:NAME of the model to tune.")] = "",
    changes: Annotated[list[str] | None, typer.Option("--set", help="key=value over the recipe; repeatable.")] = None,
    allow_bin: AllowBin = False,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Tune a base with LoRA, or every weight without a [lora] table; a run that was stopped goes on where it was."""
    del debug
    from tehon.tune.run import tune as tune_base  # noqa: PLC0415 - torch is loaded only when it is needed

    chosen = RECIPES.open(recipe, tuple(changes or ()))
    if base:
        chosen = msgspec.structs.replace(chosen, base=base)
    adapter = tune_base(chosen, release, to, allow_bin=allow_bin, progress=progress(quiet=quiet))
    if json:
        show(adapter)
        return
    counts = adapter.counts
    out.print(
        f"{counts.steps:,} steps, {counts.drawn:,} examples drawn of {counts.examples:,}, {counts.tokens:,} tokens "
        f"({counts.scored_tokens:,} scored), {counts.positions:,} positions computed"
    )
    out.print(f"loss {adapter.first_loss:.4f} -> {adapter.last_loss:.4f} nats a scored token: {to}")
