"""`tehon list`: what stands on a shelf."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
import typer
from rich.table import Table

from tehon.cli.console import AsJson, Debug, out, show
from tehon.families import FAMILIES
from tehon.recipes import EXPERIMENTS, MIXTURES, PROTOCOLS, RECIPES, SUITES
from tehon.records.record import Record
from tehon.sources import SOURCES
from tehon.steps import STEPS
from tehon.tasks import TASKS
from tehon.templates import TEMPLATES

ShelfName = Literal[
    "sources", "steps", "templates", "tasks", "families", "mixtures", "recipes", "suites", "protocols", "experiments"
]

SHELVES: dict[ShelfName, Mapping[str, Record]] = {
    "sources": SOURCES,
    "steps": STEPS,
    "templates": TEMPLATES,
    "tasks": TASKS,
    "families": FAMILIES,
    "mixtures": MIXTURES,
    "recipes": RECIPES,
    "suites": SUITES,
    "protocols": PROTOCOLS,
    "experiments": EXPERIMENTS,
}


def list_entries(
    shelf: Annotated[ShelfName, typer.Argument(help="What to list.")], *, json: AsJson = False, debug: Debug = False
) -> None:
    """List what there is of one kind: its names, with a line on each."""
    del debug
    entries = {name: shown(entry) for name, entry in SHELVES[shelf].items()}
    if json:
        show(list(entries.values()))
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("title")
    table.add_column("licence", no_wrap=True)
    for name, entry in entries.items():
        table.add_row(name, entry.get("title", ""), (entry.get("licence") or {}).get("spdx", ""))
    out.print(table, soft_wrap=False)


def shown(entry: Record) -> dict[str, Any]:
    """A record as plain data, without what cannot be written down: functions and raw bytes."""
    return {
        field: value if isinstance(value, str) else msgspec.to_builtins(value)
        for field, value in msgspec.structs.asdict(entry).items()
        if not callable(value) and field != "sample"
    }
