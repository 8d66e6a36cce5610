"""The shelf of sources as a page of the docs: one table, and under it what each source's own file says of it."""

from collections.abc import Iterable
from importlib import import_module
from inspect import getdoc

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
HEADER = ("name", "title", "licence", "cluster", "splits", "wording", "files in `RAW/NAME/`")
BREAK = "<br>"
MOST_SHOWN = 3
"""Files in a cell beside those of the sample; docs/fetching.md has them all."""


def catalogue(shelf: Shelf[Source]) -> str:
    """The whole page, sources in alphabetical order."""
    rows = [HEADER, ("---",) * len(HEADER), *(_row(source) for source in shelf.values())]
    table = [f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows]
    sections = [line for name in shelf for line in ("", f"## {name}", "", _told(shelf.modules[name]))]
    return "\n".join((INTRODUCTION, *table, *sections)) + "\n"


def _row(source: Source) -> tuple[str, ...]:
    licence = source.licence
    return (
        f"[{source.name}](#{source.name})",
        _link(source.title, source.homepage),
        _link(licence.spdx, licence.url) + ("" if licence.commercial else BREAK + "not for commercial use"),
        _lines(part.cluster for part in source.parts),
        _lines(f"**{split}**" if trainable else split for split, trainable in source.splits.items()),
        _lines(f"`{wording}`" for part in source.parts for wording in part.wording.split("／") if wording),
        _files(source),
    )


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
