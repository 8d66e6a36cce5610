"""What a reader can look through on the page: items with all models' answers, examples, and what was left out."""

from collections.abc import Sequence
from typing import NamedTuple

from tehon.progress import Progress, silent
from tehon.records.reporting import Report
from tehon.report import browse_drops, browse_examples, browse_items
from tehon.report.browse_cells import Source
from tehon.report.browse_pack import Browser
from tehon.report.read import Opened
from tehon.storage.items import ITEMS

MOST_ITEMS = browse_items.MOST
SCRIPTS = ("items_rows.js", "items_models.js", "items.js")
"""They run in this order."""


class Words(NamedTuple):
    """What the page says of a list.

    Attributes:
        title: of its section.
        noun: one row of it.
        lead: what it shows.
        searched: what the search looks in.
        rest: where all rows stand.
    """

    title: str
    noun: str
    lead: str
    searched: str
    rest: str


WORDS = {
    "items": Words(
        "Items",
        "item",
        "Every item, with what each model read and what it made of it.",
        "questions, choices and answers",
        "items.parquet in the folder of each evaluation",
    ),
    "examples": Words(
        "Examples",
        "example",
        "The examples of the releases. The response is marked, for it is what is learnt; the rest is only read.",
        "texts",
        "data.jsonl in the folder of each release",
    ),
    "drops": Words(
        "Left out",
        "row",
        "Rows of the sources that are not in the data, and why.",
        "ids",
        "drops.jsonl in the folder of each release",
    ),
}


def shown(report: Report, opened: Sequence[Opened], most_items: int, progress: Progress = silent) -> dict[str, object]:
    """What the page's templates print of the lists: those that hold anything, and their words.

    Args:
        report: what was made of the folders.
        opened: the folders.
        most_items: a page holds so many at most; 0 leaves out all lists.
        progress: listens.

    Raises:
        Damaged: a file cannot be read.
    """
    lists = browsers(report, opened, most_items, progress) if most_items else ()
    return {"items": [each for each in lists if each.shown], "lists": WORDS}


def browsers(
    report: Report, opened: Sequence[Opened], most_items: int, progress: Progress = silent
) -> tuple[Browser, ...]:
    """The lists: items, examples, and what was left out.

    Args:
        report: what was made of the folders.
        opened: the folders.
        most_items: the first list holds so many at most.
        progress: listens.

    Raises:
        Damaged: a file cannot be read.
    """
    paths = {folder.manifest.result["model"]: folder.path for folder in opened if folder.manifest.kind == "scores"}
    sources = [Source(model.model, paths[model.model] / ITEMS) for model in report.models]
    releases = [folder for folder in opened if folder.manifest.kind == "release"]
    names = [folder.name for folder in releases]
    named = {
        name if names.count(name) == 1 else str(each.path): each for name, each in zip(names, releases, strict=True)
    }
    folders = {name: each.path for name, each in named.items()}
    origins = {name: tuple(each.manifest.result["by_source"]) for name, each in named.items()}
    return (
        browse_items.items(report, sources, most_items, progress),
        browse_examples.examples(folders),
        browse_drops.drops(folders, origins),
    )
