"""The shelf of sources as a page of the docs: one table, and under it what each source's own file says of it."""

from collections.abc import Iterable
from importlib import import_module
from inspect import getdoc

from tehon.formats.wordings import APART
from tehon.records.corpus import Source
from tehon.shelf import Shelf

INTRODUCTION = """# Sources

Every corpus that a release can be built from: one file in `src/tehon/sources/`, one row here. This page is made from
those files; `make golden` rewrites it.

Splits in bold may be trained on, and are read unless others are named. The wording is the instruction, with the
corpus's fields in braces; of several for one part, each example takes one by keyed hash. The files are what the source
reads from `RAW/NAME/`, where RAW is the folder given with `--raw`: names that are links are upstream's own, the others
show the layout. Each licence leads to the place where it is stated; this is no legal advice.
"""
TASKS = """
## Tasks that the paper lacks

What each example is made of, the word that stands for each label, and what the files at hand gave in the fixed
rendering: examples, and in brackets the rows that were left out and counted.
"""
VARIANTS = """
## Variants of the published rendering

The releases of the paper's dataset differ in how some corpora were read. A mixture says `variant` beside the source;
the last one is the default.
"""
DOCUMENTS = """
## Documents

For continued pre-training (`kind = "documents"` in a mixture) these give plain texts: {names}.
"""
HEADER = ("name", "title", "licence", "cluster", "splits", "wording", "files in `RAW/NAME/`")
TASK_HEADER = ("name", "cluster", "wording", "fields", "label words", "examples by split")
VARIANT_HEADER = ("name", "variant", "what it does")
BREAK = "<br>"
Row = tuple[str, ...]
MOST_SHOWN = 3
"""Files in a cell beside those of the sample; docs/fetching.md has them all."""


def catalogue(shelf: Shelf[Source]) -> str:
    """The whole page, sources in alphabetical order."""
    sources = list(shelf.values())
    variants = [(_name(source), f"`{name}`", said) for source in sources for name, said in source.variants.items()]
    documents = ", ".join(_name(source) for source in sources if source.documents)
    sections = [line for name in shelf for line in ("", f"## {name}", "", _told(shelf.modules[name]))]
    lines = (
        INTRODUCTION,
        *_table(HEADER, map(_row, sources)),
        TASKS,
        *_table(TASK_HEADER, (_task(source) for source in sources if source.fields)),
        VARIANTS,
        *_table(VARIANT_HEADER, variants),
        DOCUMENTS.format(names=documents).rstrip("\n"),
        *sections,
    )
    return "\n".join(lines) + "\n"


def _table(header: Row, rows: Iterable[Row]) -> list[str]:
    every = [header, ("---",) * len(header), *rows]
    return [f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in every]


def _task(source: Source) -> Row:
    return (
        _name(source),
        _lines(part.cluster for part in source.parts),
        _wordings(source),
        _lines(f"`{field}`" for field in source.fields),
        _lines(f"`{label}` {word}" for label, word in source.labels.items()) or "–",
        _lines(_counted(source, split) for split in source.splits),
    )


def _counted(source: Source, split: str) -> str:
    """What a split's file gave."""
    name = f"**{split}**" if source.splits[split] else split
    found = source.measured.get(split)
    if found is None:
        return f"{name}: not at hand"
    left_out = f" ({found.left_out:,})" if found.left_out else ""
    return f"{name}: {found.examples:,}{left_out}" + (f", {found.note}" if found.note else "")


def _row(source: Source) -> Row:
    licence = source.licence
    return (
        _name(source),
        _link(source.title, source.homepage),
        _link(licence.spdx, licence.url) + ("" if licence.commercial else BREAK + "not for commercial use"),
        _lines(part.cluster for part in source.parts),
        _lines(f"**{split}**" if trainable else split for split, trainable in source.splits.items()),
        _wordings(source),
        _files(source),
    )


def _name(source: Source) -> str:
    return f"[{source.name}](#{source.name})"


def _wordings(source: Source) -> str:
    wordings = (wording for part in source.parts for wording in part.wording.split(APART) if wording)
    return _lines(f"`{' '.join(wording.split())}`" for wording in wordings)


def _files(source: Source) -> str:
    if source.embedded:
        return "none: part of tehon"
    urls = {download.path: download.url for download in source.downloads}
    shown = [_link(f"`{file}`", urls.pop(file, "")) for file in source.sample]
    others = [f"from {_link(f'`{name}`', url)}" for name, url in urls.items()]
    rest = [f"and {len(others) - MOST_SHOWN} more"] if len(others) > MOST_SHOWN else []
    return _lines((*shown, *others[:MOST_SHOWN], *rest))


def _lines(texts: Iterable[str]) -> str:
    return BREAK.join(dict.fromkeys(texts))


def _link(text: str, url: str) -> str:
    return f"[{text}]({url})" if url.startswith(("http://", "https://", "ftp://")) else text


def _told(module: str) -> str:
    return getdoc(import_module(module)) or ""
