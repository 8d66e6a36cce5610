"""`tehon show`: what a finished folder holds, as tables in the terminal."""

from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from tehon.cli.console import AsJson, Debug, out
from tehon.cli.console import show as print_json
from tehon.cli.tables import print_scores, print_side_by_side
from tehon.errors import Damaged
from tehon.records.files import Manifest
from tehon.records.record import Record
from tehon.records.reporting import Report
from tehon.records.scores import Scores
from tehon.storage.manifest import read_manifest, result
from tehon.writing.escaping import visible
from tehon.writing.words import duration

R = TypeVar("R", bound=Record)


def show(
    run: Annotated[Path, typer.Argument(help="A finished folder: scores, report, release, adapter, model, …")],
    *,
    every_metric: Annotated[bool, typer.Option("--every-metric", help="Of scores: a line a metric.")] = False,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show a finished folder: the tables of scores and reports, and where everything else came from."""
    del debug
    manifest = read_manifest(run)
    if json:
        print_json(manifest.result)
        return
    if manifest.kind == "scores":
        print_scores(read(run, manifest, Scores), every_metric=every_metric)
    elif manifest.kind == "report":
        print_side_by_side(read(run, manifest, Report))
    else:
        out.print(facts(manifest), soft_wrap=False)
    out.print(Text(origin(manifest), style="dim"))


def facts(manifest: Manifest) -> Table:
    """Everything of a result that is one number or text, and how many things its other fields hold."""
    table = Table(title=Text(manifest.kind), title_justify="left", show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in manifest.result.items():
        if shown := told(value):
            table.add_row(Text(name.replace("_", " ")), Text(visible(shown)))
    return table


def told(value: object) -> str:
    """A value on one line; of what is nested deeper, how many there are."""
    if isinstance(value, dict):
        plain = {name: part for name, part in value.items() if not isinstance(part, dict | list)}
        parts = [f"{name} {told(part)}" for name, part in plain.items() if told(part)]
        return "\n".join(parts) if len(plain) == len(value) else f"{len(value):,} entries"
    if isinstance(value, list):
        flat = all(isinstance(part, str) for part in value)
        return ", ".join(value) if flat else f"{len(value):,} entries"
    if value is None or isinstance(value, bool | str):
        return "" if value is None else str(value)
    return f"{value:.4g}" if isinstance(value, float) else f"{value:,}"


def read(run: Path, manifest: Manifest, kind: type[R]) -> R:
    """The result of a folder.

    Raises:
        Damaged: its manifest holds another kind of result, as one of an older tehon may.
    """
    try:
        return result(manifest, kind)
    except msgspec.ValidationError as error:
        problem = f"its manifest must hold a result of its kind, but {error}"
        raise Damaged(str(run), problem, "Make the folder again") from error


def origin(manifest: Manifest) -> str:
    """Where a folder came from, on one line."""
    made = manifest.provenance
    parts = [f"tehon {made.version}", made.commit[:12], made.machine, made.command]
    if made.wall_seconds is not None:
        parts.append(duration(made.wall_seconds))
    return visible(" · ".join(part for part in parts if part))
