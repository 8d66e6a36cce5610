"""The report as Markdown and as one HTML page; every byte follows from the record."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from tehon.records.reporting import Report
from tehon.report import origins, preferred, recipes, tables, wording
from tehon.report.links import items_link
from tehon.report.page import page
from tehon.writing import words
from tehon.writing.escaping import for_markdown
from tehon.writing.figures import Figure, inline
from tehon.writing.html import environment
from tehon.writing.html import page as standing_page

ROOM = "tehon.report"
SCRIPTS = ("sort.js",)


def html(report: Report, more: Mapping[str, Any] | None = None, scripts: Sequence[str] = ()) -> str:
    """One page that needs nothing else, runs its own scripts only, and loses nothing without them but convenience.

    Args:
        report: what it shows.
        more: name -> what else its templates may print; `items` is there where the page shows them.
        scripts: of `pages/`, run after the page's own.
    """
    return standing_page(ROOM, "report.html.jinja", {**_values(report), **(more or {})}, (*SCRIPTS, *scripts))


def markdown(report: Report) -> str:
    """The same for reading in a repository or a terminal."""
    return environment(ROOM, for_markdown).get_template("report.md.jinja").render(_values(report))


def _values(report: Report) -> dict[str, object]:
    return page(report) | {
        "wording": wording,
        "tables": tables,
        "words": words,
        "preferred": preferred,
        "recipes": recipes,
        "origins": origins,
        "items": None,
        "items_link": items_link,
        "inline": _inline,
    }


def _inline(figure: Figure) -> Markup:
    return Markup(inline(figure))  # noqa: S704 - drawn from data, with every text in it escaped
