"""The curve of a run as a figure beside its weights."""

from collections.abc import Sequence

from tehon.tune.curve import Line
from tehon.writing.figures import draw
from tehon.writing.loss_figure import loss_figure as figure

FIGURE = "loss.svg"


def loss_figure(lines: Sequence[Line]) -> str:
    """The figure as SVG.

    Args:
        lines: of the curve, at least one.
    """
    return draw(figure(lines))
