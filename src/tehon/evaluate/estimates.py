"""Values of a metric with how sure they are: standard error and 95 % interval."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from msgspec.structs import replace

from tehon.evaluate import confusion, intervals, metrics
from tehon.evaluate.confusion import Counts, Values
from tehon.records.scores import Score

Statistic = Callable[[Counts], Values]
CLASS_METRICS: Mapping[str, Statistic] = MappingProxyType(
    {"balanced_accuracy": confusion.balanced_accuracy, "macro_f1": confusion.macro_f1, "mcc": confusion.mcc}
)


def share(line: Score, verdicts: Sequence[float]) -> Score:
    """The line with the share of these verdicts, each 0 or 1, its standard error and exact interval."""
    value, error = metrics.mean(verdicts)
    interval = intervals.exact(int(sum(verdicts)), len(verdicts))
    return replace(line, value=value, standard_error=error, interval=interval, interval_kind="exact")


def mean(line: Score, values: Sequence[float]) -> Score:
    """The line with the mean of these values, its standard error and interval."""
    return _with(line, *metrics.mean(values), intervals.ratio(values, [1.0] * len(values)))


def ratio(line: Score, above: Sequence[float], below: Sequence[float]) -> Score:
    """The line with Σ above / Σ below, its standard error and interval."""
    return _with(line, *metrics.ratio(above, below), intervals.ratio(above, below))


def _with(line: Score, value: float, error: float | None, interval: intervals.Interval | None) -> Score:
    kind = "normal" if line.count > intervals.LIMIT_ITEMS else "bootstrap"
    return replace(
        line,
        value=value,
        standard_error=error,
        interval=interval,
        interval_kind=kind if interval else "",
    )


def classes(line: Score, gold: metrics.Classes, said: metrics.Classes) -> Iterator[Score]:
    """The line with each of CLASS_METRICS, its interval, and what the most frequent class and guessing would reach."""
    counts = confusion.confusion(gold, said, len(line.histogram))
    usual, guessed = confusion.usual(counts), confusion.guessed(counts)
    for name, statistic in CLASS_METRICS.items():
        interval = intervals.confusion(statistic, counts)
        value, baseline, chance = (float(statistic(np.asarray(each, np.float64))) for each in (counts, usual, guessed))
        yield replace(
            line,
            metric=name,
            value=value,
            baseline=baseline,
            random_baseline=chance,
            interval=interval,
            interval_kind="bootstrap" if interval else "",
        )
