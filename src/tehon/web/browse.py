"""What was made, to look at: reports and releases as the pages that they are, and tunings with their curve."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tehon.errors import Damaged
from tehon.records.files import Kind
from tehon.report.read import Folders, Opened
from tehon.report.run import TITLE, assemble
from tehon.report.run import page as report_page
from tehon.storage.manifest import read_manifest
from tehon.tune.curve import Line
from tehon.web.given import Given
from tehon.web.limits import Refused
from tehon.web.render import page
from tehon.web.watch import inside, watch
from tehon.writing.figures import inline
from tehon.writing.loss_figure import loss_figure

Paged = Literal["report", "release"]
PAGES: Mapping[Paged, str] = {"report": "report.html", "release": "card.html"}
"""What a finished folder holds -> its page."""
TUNINGS: frozenset[Kind] = frozenset({"adapter", "model"})
POLICY = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)
"""For pages that were made elsewhere: whatever they hold reaches neither the network nor the other pages."""
FIGURES = 16
"""Drawn curves that are kept."""


class Reported(NamedTuple):
    """What a report is made from: the folders, and what was read of them."""

    opened: tuple[Opened, ...]
    folders: Folders

    def page(self) -> str:
        """The report, as `tehon report` writes it."""
        return report_page(assemble(self.folders, TITLE, ()), self.opened)


class Entry(NamedTuple):
    """One thing to look at.

    Attributes:
        kind: of what.
        title: its name.
        read: its page, where it is one that stands for itself; None for a tuning.
        folder: where a tuning lies.
    """

    kind: Paged | Literal["tuning"]
    title: str
    read: Callable[[], str] | None = None
    folder: Path = Path()


class Browse:
    """The pages over what a server was given.

    Attributes:
        entries: what there is to look at.

    Args:
        given: the folders.
        reported: of these, what a report is made from; None where there are no scores.
    """

    def __init__(self, given: Given, reported: Reported | None) -> None:
        """Nothing is drawn yet; a report that somebody wrote is shown as it is, and else made when it is asked for."""
        self.entries = tuple(_entries(given, reported))

    @property
    def routes(self) -> list[Route]:
        """Where the pages lie."""
        return [
            Route("/browse", self.show, methods=["GET"]),
            Route("/browse/{place:int}", self.open, methods=["GET"]),
            Route("/browse/{place:int}/now", self.now, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """Everything that there is."""
        return page(request, "browse.html.jinja", {"entries": self.entries})

    async def open(self, request: Request) -> Response:
        """One of them."""
        entry = self._entry(request)
        if entry.read is None:
            return page(request, "tuning.html.jinja", {"title": entry.title, **await _now(entry.folder)})
        text = await asyncio.to_thread(entry.read)
        return Response(text, headers={"Content-Security-Policy": POLICY}, media_type="text/html")

    async def now(self, request: Request) -> Response:
        """How a tuning stands, as a part of its page."""
        entry = self._entry(request)
        if entry.read is not None:
            raise Refused(404, "not_here")
        return page(request, "watched.html.jinja", await _now(entry.folder))

    def _entry(self, request: Request) -> Entry:
        place: int = request.path_params["place"]
        if place >= len(self.entries):
            raise Refused(404, "not_here")
        return self.entries[place]


def _entries(given: Given, reported: Reported | None) -> Iterator[Entry]:
    """What there is to look at: reports first, then data, then tunings."""
    kinds = given.finished
    if reported and "report" not in kinds.values():
        yield Entry("report", TITLE, cache(reported.page))
    for kind in PAGES:
        for path in (path for path in kinds if kinds[path] == kind):
            yield Entry(kind, path.resolve().name, partial(_page, path, kind))
    for path in (*given.running, *(path for path in kinds if kinds[path] in TUNINGS)):
        yield Entry("tuning", path.resolve().name, folder=path)


def _page(folder: Path, kind: Paged) -> str:
    """A finished folder's own page, as it was written.

    Raises:
        Damaged: it was changed since, or is not there.
    """
    name = PAGES[kind]
    path, manifest = inside(folder, name), read_manifest(folder, kind)
    content = path.read_bytes() if path.is_file() else b""
    if name not in manifest.files or sha256(content).hexdigest() != manifest.files[name].sha256:
        raise Damaged(str(path), "must be as its manifest says, but is missing or changed", "Make the folder again")
    return content.decode()


async def _now(folder: Path) -> dict[str, object]:
    return await asyncio.to_thread(_values, folder)


def _values(folder: Path) -> dict[str, object]:
    watched = watch(folder)
    figure = Markup(_drawn(watched.lines)) if watched.lines else ""  # noqa: S704 - drawn from numbers
    return {"watched": watched, "figure": figure}


@lru_cache(FIGURES)
def _drawn(lines: tuple[Line, ...]) -> str:
    return inline(loss_figure(lines))
