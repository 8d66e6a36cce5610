"""`tehon export`: a finished release in a layout that other trainers read."""

from pathlib import Path
from typing import Annotated

import typer

from tehon.cli.console import AsJson, Debug, Quiet, out, progress, say, show
from tehon.publish.export import export as write_export
from tehon.records.publishing import LayoutName


def export(  # noqa: PLR0913 - one parameter an option
    release: Annotated[Path, typer.Argument(help="Folder of a finished release.")],
    *,
    layout: Annotated[LayoutName, typer.Option("--as", help="How rows are written.")],
    to: Annotated[Path, typer.Option("--out", help="A new folder.")],
    with_origin: Annotated[
        bool, typer.Option("--provenance", help="Each row says its id, source and licence; hf always does.")
    ] = False,
    quiet: Quiet = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Write a release as alpaca, sharegpt, messages or hf: a view of it, with licence and attributions beside it.

    alpaca: instruction, input, output. sharegpt: conversations. messages: what TRL and axolotl read. Beside these
    three lies the dataset_info.json by which LLaMA-Factory finds them. hf: Parquet that datasets.load_dataset loads,
    with each task cluster and each licence under its own name.
    """
    del debug
    written = write_export(release, layout, to, with_origin=with_origin, progress=progress(quiet=quiet))
    if json:
        show(written)
        return
    out.print(f"{written.examples:,} rows as {layout}: {to}")
    for reason, count in written.left_out.items():
        out.print(f"  {count:,} left out: {reason}")
    if layout == "alpaca" and written.with_history:
        say(
            f"{written.with_history:,} rows have earlier turns, in system and history: readers that know instruction, "
            "input and output alone lose them; take --as messages for those.",
            quiet=quiet,
        )
