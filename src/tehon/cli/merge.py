"""`tehon merge`: an adapter and its base become one model."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from tehon.cli.console import AllowBin, AsJson, Debug, Quiet, out, say, show

Written = Literal["auto", "fp32", "bf16", "fp16"]


def merge(  # noqa: PLR0913 - one parameter an option
    adapter: Annotated[Path, typer.Argument(help="Folder of a LoRA adapter.")],
    *,
    to: Annotated[Path, typer.Option("--out", help="Folder of the model.")],
    base: Annotated[str, typer.Option(help="The model to merge into; default: the one that the adapter names.")] = "",
    precision: Annotated[Written, typer.Option(help="Of the written weights; auto is as the base's are.")] = "auto",
    allow_bin: AllowBin = False,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Add an adapter's update to the weights of its base, and say how far that moves the logits."""
    del debug
    from tehon.tune.merge import merge as merge_into_base  # noqa: PLC0415 - torch is loaded only when it is needed

    say(f"merging {adapter} in fp32", quiet=quiet)
    merged = merge_into_base(adapter, to, base=base, precision=precision, allow_bin=allow_bin)
    if json:
        show(merged)
        return
    out.print(
        f"{merged.precision}: logits differ by at most {merged.difference:.2g} from base and adapter over "
        f"{merged.positions} positions, where the largest is {merged.largest_logit:.2g}: {to}"
    )
