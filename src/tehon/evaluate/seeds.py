"""Several draws of the shots become one line: the mean over the seeds and how far they lie apart."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import fsum
from statistics import stdev

from msgspec.structs import replace

from tehon.records.scores import Score

Line = tuple[str, str, int, str]
"""Task, template, shots and metric."""


def with_means(scores: Iterable[Score]) -> Iterator[Score]:
    """The scores, and before the first of several seeds their mean, which bears no seed."""
    drawn: defaultdict[Line, list[Score]] = defaultdict(list)
    kept = list(scores)
    for score in kept:
        if score.seed is not None:
            drawn[_line(score)].append(score)
    for score in kept:
        if score.seed is not None and _line(score) in drawn:
            yield _mean(drawn.pop(_line(score)))
        yield score


def _line(score: Score) -> Line:
    return score.task, score.template, score.shots, score.metric


def _mean(some: Sequence[Score]) -> Score:
    """The mean of one metric over the seeds.

    All seeds score the same items, so their values go up and down together: the standard error over items is the mean
    of theirs, which is the most that it can be. The spread is of the shots alone.
    """
    errors = [score.standard_error for score in some if score.standard_error is not None]
    values = [score.value for score in some]
    histogram: Counter[str] = Counter()
    for score in some:
        histogram.update(score.histogram)
    return replace(
        some[0],
        seed=None,
        value=fsum(values) / len(values),
        spread=stdev(values) if len(values) > 1 else None,
        standard_error=fsum(errors) / len(errors) if len(errors) == len(some) else None,
        interval=None,
        interval_kind="",
        histogram=dict(histogram),
        bins=(),
        flags=tuple(_flags(some)),
        lengths=None,
    )


def _flags(some: Sequence[Score]) -> Iterator[str]:
    """Every flag of any seed, with the highest of its counts; that an answer is constant only where it always is."""
    counts: dict[str, int] = {}
    for flag in (flag for score in some for flag in score.flags):
        name, _, number = flag.partition(":")
        counts[name] = max(counts.get(name, 0), int(number or 0))
    for name, count in counts.items():
        if name != "constant" or all("constant" in score.flags for score in some):
            yield f"{name}:{count}" if count else name
