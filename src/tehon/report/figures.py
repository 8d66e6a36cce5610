"""Every figure of the report, each where its data are there."""

from collections.abc import Iterator, Sequence
from itertools import chain

from tehon.records.record import Record
from tehon.records.reporting import ModelColumn, Report
from tehon.report.choice_figures import reliability_figures
from tehon.report.data_figures import source_figure
from tehon.report.length_figures import answer_figures, prompt_figures, tuned_figures
from tehon.report.longer import longer_figures
from tehon.report.shot_figures import shot_figures
from tehon.writing.figures import Figure
from tehon.writing.loss_figure import loss_figure

TOGETHER = 4
"""Models that one figure shows, each in a colour of its own; more only where all of them come from one base."""
POINTS = 2
"""A curve of fewer is none."""


class Figures(Record, kw_only=True):
    """By where they stand on the page.

    Attributes:
        shots: measures by number of shots.
        longer: measures by length of tuning.
        reliability: of choices.
        prompts: their lengths.
        answers: perplexity by the length of the answer.
        sources: of every release.
        curves: of every tuning.
        tuned: lengths of what was tuned on.
    """

    shots: tuple[Figure, ...]
    longer: tuple[Figure, ...]
    reliability: tuple[Figure, ...]
    prompts: tuple[Figure, ...]
    answers: tuple[Figure, ...]
    sources: tuple[Figure, ...]
    curves: tuple[Figure, ...]
    tuned: tuple[Figure, ...]


def figures(report: Report) -> Figures:
    """All of them."""
    together = list(panels(report.models))
    return Figures(
        shots=tuple(chain.from_iterable(shot_figures(report, models) for models in together)),
        longer=tuple(longer_figures(report)),
        reliability=tuple(chain.from_iterable(reliability_figures(models) for models in together)),
        prompts=tuple(prompt_figures(report)),
        answers=tuple(chain.from_iterable(answer_figures(report, models) for models in together)),
        sources=tuple(filter(None, map(source_figure, report.releases))),
        curves=tuple(_curves(report)),
        tuned=tuple(tuned_figures(report.tunings)),
    )


def families(models: Sequence[ModelColumn]) -> list[list[ModelColumn]]:
    """Every base with what was tuned from it; tuned models whose base was not evaluated, by their bases."""
    together: list[list[ModelColumn]] = []
    for model in models:
        if model.role == "base" or not together or together[-1][0].base != model.base:
            together.append([])
        together[-1].append(model)
    return together


def panels(models: Sequence[ModelColumn]) -> Iterator[list[ModelColumn]]:
    """Models that one figure shows: whole families, as many as fit."""
    held: list[ModelColumn] = []
    for family in families(models):
        if held and len(held) + len(family) > TOGETHER:
            yield held
            held = []
        held = [*held, *family]
    if held:
        yield held


def _curves(report: Report) -> Iterator[Figure]:
    for tuning in report.tunings:
        ordered = sorted(tuning.curve, key=lambda point: point.step)
        if len(ordered) >= POINTS:
            yield loss_figure(ordered, f"{tuning.folder}: loss and learning rate, step by step")
