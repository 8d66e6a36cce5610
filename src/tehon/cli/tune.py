"""`tehon tune`: a release and a base become an adapter."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from tehon.cli.console import AllowBin, AsJson, Debug, Quiet, out, progress, show
from tehon.cli.launch import is_first, launch
from tehon.errors import UsageError
from tehon.recipes import RECIPES
from tehon.records.showing import Shown
from tehon.records.tuning import Adapter, Sharding, Tracker
from tehon.writing.escaping import visible

Shards = Annotated[
    Sharding, typer.Option(help="What several processes divide among them; none: each holds the whole base.")
]
Launcher = Annotated[
    str, typer.Option("--launch", help='Start several processes with this, such as "torchrun --nproc_per_node 2".')
]
Trackers = Annotated[
    list[Tracker] | None, typer.Option(help="Tell these the curve as well; repeatable, never changes the result.")
]
Samples = Annotated[
    list[str] | None, typer.Option("--sample", help="Ask this now and then on the way, for tehon serve; repeatable.")
]
ShowBatch = Annotated[
    int, typer.Option(min=0, help="Print so many examples of the first step with ⟦what is scored⟧, and stop.")
]


def tune(  # noqa: PLR0913 - one parameter an option
    recipe: Annotated[str, typer.Argument(help="A shipped recipe or a TOML file.")],
    *,
    release: Annotated[Path, typer.Option(help="Folder of a finished release.")],
    to: Annotated[Path | None, typer.Option("--out", help="Folder of the adapter or the model.")] = None,
    base: Annotated[str, typer.Option(help="Folder, hub name, GGUF file or package:NAME of the model to tune.")] = "",
    changes: Annotated[list[str] | None, typer.Option("--set", help="key=value over the recipe; repeatable.")] = None,
    sharding: Shards = "none",
    launcher: Launcher = "",
    track: Trackers = None,
    samples: Samples = None,
    allow_bin: AllowBin = False,
    show_batch: ShowBatch = 0,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Tune a base with LoRA, or every weight where the recipe has none; a run that was stopped goes on where it was."""
    del debug
    launch(launcher)
    chosen = RECIPES.open(recipe, tuple(changes or ()))
    if base:
        chosen = msgspec.structs.replace(chosen, base=base)
    shown = progress(quiet=quiet or not is_first())
    # torch is loaded only when it is needed
    from tehon.tune import run  # noqa: PLC0415
    from tehon.tune.show import first_step  # noqa: PLC0415

    if show_batch:
        _print(first_step(chosen, release, show_batch, allow_bin=allow_bin, progress=shown), json=json)
        return
    if to is None:
        raise UsageError("--out", "must name the folder of the adapter, but is missing", "Give --out FOLDER")
    track, samples = track or [], samples or []
    adapter = run.tune(
        chosen, release, to, sharding=sharding, allow_bin=allow_bin, track=track, samples=samples, progress=shown
    )
    if is_first():
        _tell(adapter, to, json=json)


def _tell(adapter: Adapter, to: Path, *, json: bool) -> None:
    """What came of a run, as JSON or for people."""
    if json:
        show(adapter)
        return
    counts = adapter.counts
    out.print(
        f"{counts.steps:,} steps, {counts.drawn:,} examples drawn of {counts.examples:,}, {counts.tokens:,} tokens "
        f"({counts.scored_tokens:,} scored), {counts.positions:,} positions computed"
    )
    out.print(f"loss {adapter.first_loss:.4f} -> {adapter.last_loss:.4f} nats a scored token: {to}")


def _print(examples: list[Shown], *, json: bool) -> None:
    """Each example with its scored stretches marked, as JSON or for people."""
    if json:
        show(examples)
        return
    for example in examples:
        tokens = sum(stretch.tokens for stretch in example.stretches)
        scored = sum(stretch.tokens for stretch in example.stretches if stretch.weight)
        out.print(Text(f"── {example.id}: {tokens:,} tokens, {scored:,} scored", style="bold"))
        for stretch in example.stretches:
            weight = "" if stretch.weight in {0, 1} else f"{stretch.weight:g}×"
            text = f"{weight}⟦{visible(stretch.text)}⟧" if stretch.weight else visible(stretch.text)
            out.print(Text(text, style="green" if stretch.weight else ""), end="")
        out.print()
