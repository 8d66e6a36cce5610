"""The colours of figures, on light and on dark paper, and the style by which a reader's system chooses between them."""

from typing import NamedTuple

FONTS = '"Hiragino Sans","Noto Sans JP","Noto Sans CJK JP","Yu Gothic",Meiryo,sans-serif'
CLASS = "drawn"
"""Of every figure, so that its style concerns nothing else on a page."""


class Colour(NamedTuple):
    """Attributes: light: on light paper. dark: on dark paper."""

    light: str
    dark: str


PAPER, INK = Colour("#fdfdfb", "#15181b"), Colour("#1d2126", "#e3e5e4")
SOFT, GRID = Colour("#5d6670", "#9aa3ab"), Colour("#d9dcd8", "#343a40")
BLUE, ORANGE, GREEN = Colour("#0072b2", "#56b4e9"), Colour("#d55e00", "#e69f00"), Colour("#007c5a", "#2fbf95")
"""Told apart with any eyes, after M. Okabe and K. Ito, "Color Universal Design", 2008."""
COLOURS = (PAPER, INK, SOFT, GRID, BLUE, ORANGE, GREEN)


def figure_style() -> str:
    """Fonts that know Japanese, which nothing was measured with, and on a screen the colours of dark paper."""
    dark = "".join(
        f'.{CLASS} [{part}="{colour.light}"]{{{part}:{colour.dark}}}'
        for colour in COLOURS
        for part in ("fill", "stroke")
    )
    return f".{CLASS} text{{font-family:{FONTS}}}@media screen and (prefers-color-scheme:dark){{{dark}}}"
