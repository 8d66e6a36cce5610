"""Figures as SVG, drawn by `vl-convert` from Vega-Lite: without a browser or a network, the same bytes everywhere.

A figure is readable on light and on dark paper, without colours, and aloud.
"""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple

import vl_convert

VEGA_LITE = "6.4"
POINTS = 400
"""A line has at most so many points; each then stands for a stretch of the data."""
FONTS = '"Hiragino Sans","Noto Sans JP","Noto Sans CJK JP","Yu Gothic",Meiryo,sans-serif'


class Colour(NamedTuple):
    """Attributes: light: on light paper. dark: on dark paper."""

    light: str
    dark: str


PAPER, INK = Colour("#fdfdfb", "#15181b"), Colour("#1d2126", "#e3e5e4")
SOFT, GRID = Colour("#5d6670", "#9aa3ab"), Colour("#d9dcd8", "#343a40")
BLUE, ORANGE, GREEN = Colour("#0072b2", "#56b4e9"), Colour("#d55e00", "#e69f00"), Colour("#007c5a", "#2fbf95")
"""Told apart with any eyes, after M. Okabe and K. Ito, "Color Universal Design", 2008."""
COLOURS = (PAPER, INK, SOFT, GRID, BLUE, ORANGE, GREEN)

_AXIS = {
    "labelColor": SOFT.light, "titleColor": SOFT.light, "gridColor": GRID.light, "domainColor": SOFT.light,
    "tickColor": SOFT.light, "titleFontWeight": "normal", "labelFontSize": 12, "titleFontSize": 12, "titlePadding": 8,
}  # fmt: skip
_CONFIG = {
    # The description says it better than a list of marks.
    "aria": False,
    "background": PAPER.light,
    "padding": 16,
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


def draw(chart: Mapping[str, Any], title: str, description: str) -> str:
    """The figure as one SVG document.

    Args:
        chart: Vega-Lite with its data in it. Its colours are the light ones of `COLOURS`; the dark ones are put in
            their place where the reader's system is dark.
        title: a few words.
        description: what the figure shows, for who does not see it.
    """
    # No address is allowed, so that a chart can fetch nothing.
    drawn = vl_convert.vegalite_to_svg({**chart, "config": _CONFIG}, vl_version=VEGA_LITE, allowed_base_urls=[])
    head, _, body = drawn.partition(">")
    label = f'role="img" aria-label="{escape(description)}"'
    return f"{head} {label}><title>{escape(title)}</title><style>{_style()}</style>{body}\n"


def thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most POINTS points: the mean of each stretch of as many."""
    count = min(len(points), POINTS)
    edges = [len(points) * place // count for place in range(count + 1)] if count else []
    stretches = [points[start:stop] for start, stop in pairwise(edges)]
    return [(_mean([x for x, _ in stretch]), _mean([y for _, y in stretch])) for stretch in stretches]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _style() -> str:
    """Fonts that know Japanese, which nothing was measured with, and the colours of dark paper."""
    dark = "".join(
        f'.marks [{part}="{colour.light}"]{{{part}:{colour.dark}}}' for colour in COLOURS for part in ("fill", "stroke")
    )
    return f".marks text{{font-family:{FONTS}}}@media (prefers-color-scheme:dark){{{dark}}}"
