"""Models that one recipe gave from several seeds, as one row: mean and standard deviation."""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from math import fsum
from statistics import stdev
from string import digits

from msgspec.structs import replace

from tehon.records.reporting import ModelColumn
from tehon.records.scores import Score

ENDINGS = " -_.,:;("
"""Stand between a name and its seed."""
Line = tuple[str, str, int, int | None, str]
"""Task, template, shots, seed of their draw, and metric."""


def rows(models: Sequence[ModelColumn]) -> Iterator[ModelColumn]:
    """The models in their order, those of one recipe, base and release together in the place of the first."""
    for model in models:
        alike = [other for other in models if model.recipe and other.recipe == model.recipe]
        if len({other.seed for other in alike}) < 2:  # noqa: PLR2004 - one seed is no several
            yield model
        elif model is alike[0]:
            yield _together(alike)


def _together(models: Sequence[ModelColumn]) -> ModelColumn:
    seeds = tuple(sorted({model.seed for model in models if model.seed is not None}))
    by_line = [{_line(score): score for score in model.scores} for model in models]
    return replace(
        models[0],
        model=f"{_name(models)} ({len(models)} seeds)",
        folder=", ".join(model.folder for model in models),
        seed=None,
        seeds=seeds,
        scores=tuple(
            _mean([found[line] for found in by_line]) for line in by_line[0] if all(line in found for found in by_line)
        ),
    )


def _line(score: Score) -> Line:
    return score.task, score.template, score.shots, score.seed, score.metric


def _name(models: Sequence[ModelColumn]) -> str:
    """What the names begin with in common, such as `small` of `small-seed1` and `small-seed2`."""
    letters = zip(*(model.model for model in models), strict=False)
    shared = "".join(same[0] for same in takewhile(lambda at: len(set(at)) == 1, letters))
    return shared.rstrip(ENDINGS + digits).removesuffix("seed").rstrip(ENDINGS) or models[0].model


def _mean(scores: Sequence[Score]) -> Score:
    """The mean over seeds; in the place of the standard error over items stands the deviation over seeds."""
    values = [score.value for score in scores]
    return replace(
        scores[0],
        value=fsum(values) / len(values),
        standard_error=stdev(values),
        interval=None,
        interval_kind="",
        histogram={},
        bins=(),
        flags=tuple(dict.fromkeys(flag for score in scores for flag in score.flags)),
    )
