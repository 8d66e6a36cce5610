"""Figures as SVG, drawn by `vl-convert` from Vega-Lite: without a browser or a network, the same bytes everywhere.

A figure is readable on light and on dark paper, without colours, and aloud.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple

import vl_convert

from tehon.writing.colours import CLASS, GRID, INK, PAPER, SOFT, figure_style

VEGA_LITE = "6.4"
POINTS = 400
"""A line has at most so many points; each then stands for a stretch of the data."""

_AXIS = {
    "labelColor": SOFT.light, "titleColor": SOFT.light, "gridColor": GRID.light, "domainColor": SOFT.light,
    "tickColor": SOFT.light, "titleFontWeight": "normal", "labelFontSize": 12, "titleFontSize": 12, "titlePadding": 8,
}  # fmt: skip
_CONFIG = {
    # The description says it better than a list of marks.
    "aria": False,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": _AXIS,
    "axisX": {"grid": False, "labelFlush": False},
    "legend": {
        "labelColor": INK.light,
        "labelFontSize": 12,
        "symbolType": "stroke",
        "symbolStrokeWidth": 2,
        "symbolSize": 600,
        "orient": "top",
    },
    "line": {"strokeWidth": 2, "strokeJoin": "round"},
    "point": {"filled": True, "size": 40, "opacity": 1},
}
_DOCUMENT = {"background": PAPER.light, "padding": 16}
_IN_A_PAGE = {"background": None, "padding": 3}
_TAG = re.compile(r"<[^>]*>")
_IDLE = re.compile(
    r' (?:class="(?:mark-|background|foreground)[^"]*"|aria-hidden="true"|pointer-events="none"|role="graphics-[a-z]+"'
    r'|aria-roledescription="[^"]*"|opacity="1"|xmlns(?::xlink)?="[^"]*")'
)
"""Attributes that nothing on a page looks at: half of a figure's bytes."""


class Figure(NamedTuple):
    """What is drawn.

    Attributes:
        chart: Vega-Lite with its data in it. Its colours are the light ones of `COLOURS`; the dark ones take their
            place where the reader's system is dark.
        title: a few words.
        description: what the figure shows, for who does not see it.
    """

    chart: Mapping[str, Any]
    title: str
    description: str


def draw(figure: Figure) -> str:
    """The figure as one SVG document."""
    head, body = _drawn(figure, _DOCUMENT)
    return f"{head}><title>{escape(figure.title)}</title><style>{figure_style()}</style>{body}\n"


def inline(figure: Figure) -> str:
    """The figure as a part of a page that has `figure_style` in its own style, and a caption beside it.

    It has no identifiers, so that any number of figures can stand on one page.
    """
    head, body = _drawn(figure, _IN_A_PAGE)
    return _TAG.sub(lambda tag: _IDLE.sub("", tag[0]), f"{head}>{body}")


def _drawn(figure: Figure, paper: Mapping[str, Any]) -> tuple[str, str]:
    """The first tag but for its last character, and everything behind that tag."""
    # No address is allowed, so that a chart can fetch nothing.
    chart = {**figure.chart, "config": {**_CONFIG, **paper}}
    drawn = vl_convert.vegalite_to_svg(chart, vl_version=VEGA_LITE, allowed_base_urls=[])
    head, _, body = drawn.partition(">")
    named = head.replace('class="marks"', f'class="{CLASS}"', 1)
    return f'{named} role="img" aria-label="{escape(figure.description)}"', body


def thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most POINTS points: the mean of each stretch of as many."""
    count = min(len(points), POINTS)
    edges = [len(points) * place // count for place in range(count + 1)] if count else []
    stretches = [points[start:stop] for start, stop in pairwise(edges)]
    return [(_mean([x for x, _ in stretch]), _mean([y for _, y in stretch])) for stretch in stretches]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
