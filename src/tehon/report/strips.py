"""The dots beside the main table: the models of one row on a line from 0 to 1."""

from collections.abc import Sequence

from tehon.records.record import Record
from tehon.records.reporting import ModelColumn
from tehon.records.scores import Score


class Dot(Record, kw_only=True):
    """One model's share with one standard error to either side, in percent of the line."""

    model: str
    role: str
    place: float
    low: float
    high: float


class Strip(Record, kw_only=True):
    """The models of one row on a line from 0 to 1, and where a model that never reads would be."""

    baseline: float | None
    dots: tuple[Dot, ...]


def strip(baseline: float | None, values: Sequence[tuple[ModelColumn, Score]]) -> Strip:
    """Shares on one line from 0 to 1, with one standard error to either side."""
    return Strip(
        baseline=None if baseline is None else round(100 * baseline, 2),
        dots=tuple(
            Dot(
                model=model.model,
                role=model.role,
                place=round(100 * score.value, 2),
                low=round(100 * max(score.value - (score.standard_error or 0), 0), 2),
                high=round(100 * min(score.value + (score.standard_error or 0), 1), 2),
            )
            for model, score in values
        ),
    )
