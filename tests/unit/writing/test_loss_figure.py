"""The figure of a run shows what its curve holds, and says it in words."""

import re
from pathlib import Path

from tehon.tune import curve
from tehon.tune.curve import Line
from tehon.writing.colours import BLUE, GREEN, ORANGE
from tehon.writing.figures import draw
from tehon.writing.loss_figure import HELD_BACK, TRAINING, loss_figure


def lines(steps: int, every: int = 0) -> list[Line]:
    return [
        Line(
            step=step,
            examples=8 * step,
            loss=4 / step,
            learning_rate=1e-3 * min(step, 3) / 3,
            gradient_norm=1.0,
            validation_loss=(5 / step if step < 8 else 0.9) if every and step % every == 0 else None,
        )
        for step in range(1, steps + 1)
    ]


def paths(figure: str, colour: str) -> list[str]:
    """The lines of that colour, with what they are drawn with; those of a legend are shorter."""
    return [
        path for path in re.findall(r"<path [^>]*>", figure) if f'stroke="{colour}"' in path and path.count("L") > 1
    ]


def test_losses_and_learning_rate_are_drawn_and_told_apart_without_colours() -> None:
    figure = draw(loss_figure(lines(60, every=5)))
    assert len(paths(figure, BLUE.light)) == len(paths(figure, ORANGE.light)) == len(paths(figure, GREEN.light)) == 1
    assert "stroke-dasharray" in paths(figure, ORANGE.light)[0]
    assert "5,3" not in paths(figure, BLUE.light)[0]
    assert f">{TRAINING}<" in figure
    assert f">{HELD_BACK}<" in figure


def test_a_run_without_held_back_examples_does_not_speak_of_them() -> None:
    figure = draw(loss_figure(lines(60)))
    assert HELD_BACK not in figure
    assert not paths(figure, ORANGE.light)


def test_the_description_says_where_the_losses_and_the_rate_went() -> None:
    said = (
        "From step 1 to step 10 the training loss goes from 4 to 0.4 nats; on held-back examples the loss is 0.9 at "
        "the end, and lowest, 0.8333, at step 6; the learning rate is highest, 0.001, at step 3, and ends at 0.001."
    )
    assert f'aria-label="{said}"' in draw(loss_figure(lines(10, every=2)))


def test_a_run_of_one_step_has_a_figure_and_a_long_one_is_no_larger_for_it() -> None:
    assert BLUE.light in draw(loss_figure(lines(1)))
    assert len(draw(loss_figure(lines(20_000, every=10)))) < 50_000


def test_the_curve_comes_back_as_it_was_written(tmp_path: Path) -> None:
    for line in lines(3, every=2):
        curve.add(tmp_path, line)
    assert curve.lines(tmp_path) == lines(3, every=2)
