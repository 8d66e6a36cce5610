"""Dots on a line from 0 to 1."""

from msgspec.structs import replace

from tehon.records.reporting import ModelColumn
from tehon.records.scores import Score
from tehon.report.strips import strip


def test_a_standard_error_never_leaves_the_line() -> None:
    model = ModelColumn(model="small", role="base", base="models/small", folder="small", scores=())
    low = Score(task="t", template="", shots=0, metric="accuracy", value=0.01, standard_error=0.05, count=9)
    drawn = strip(0.5, [(model, low), (model, replace(low, value=0.99, standard_error=None))])
    assert (drawn.dots[0].low, drawn.dots[0].high) == (0.0, 6.0)
    assert (drawn.dots[1].low, drawn.dots[1].high) == (99.0, 99.0)
    assert drawn.baseline == 50.0
