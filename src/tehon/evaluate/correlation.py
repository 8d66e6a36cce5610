"""Correlation: how well the steps of a scale that a model chooses follow what annotators gave.

The model is asked as for any choice among the steps. What it says of an item is the mean of the steps, each weighted by
its likelihood; where it chooses by writing alone, it is the step that it wrote.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import exp, fsum

import numpy as np
from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.evaluate import choice, estimates, intervals
from tehon.evaluate.intervals import Floats
from tehon.evaluate.jobs import Way
from tehon.evaluate.requests import Asked
from tehon.records.scores import ItemResult, Score

requests = choice.requests
"""What the model is asked about one item: the likelihoods of all steps, or to write one."""


def answer(asked: Sequence[Asked], way: Way, model: Model) -> Iterator[ItemResult]:
    """One result an item, in order; none of them is right or wrong."""
    for one, found in zip(asked, choice.answer(asked, way, model), strict=True):
        estimate = expected(found) if found.logprobs else None
        yield replace(found, value=one.item.value, estimate=estimate, correct=None)


def score(results: Iterable[ItemResult]) -> Iterator[Score]:
    """`pearson` and `spearman` of what the likelihoods say; `output_…` of what was written, as far as it was a step."""
    kept = [replace(result, instruction="", input="", context="") for result in results]
    first = kept[0]
    line = Score(task=first.task, template=first.template, shots=first.shots, metric="", value=0.0, count=len(kept))
    likely = [(one.estimate, one.value or 0.0) for one in kept if one.estimate is not None]
    yield from _correlations(line, "", likely)
    if any(one.matched for one in kept):
        written = [(float(one.said), one.value or 0.0) for one in kept if one.said]
        yield from _correlations(line, "output_", written)
        unmatched = [float(one.matched == "none") for one in kept]
        yield estimates.share(replace(line, metric="output_unmatched"), unmatched)


def _correlations(line: Score, prefix: str, pairs: Sequence[tuple[float, float]]) -> Iterator[Score]:
    if not pairs:
        return
    said, given = np.array(pairs, dtype=np.float64).T
    flags = ("constant",) if len(set(said.tolist())) == 1 < len(pairs) else ()
    for name, first, second in (("pearson", said, given), ("spearman", ranks(said), ranks(given))):
        interval = intervals.correlation(first, second)
        yield replace(
            line,
            metric=f"{prefix}{name}",
            value=pearson(first, second),
            count=len(pairs),
            interval=interval,
            interval_kind="bootstrap" if interval else "",
            flags=flags,
        )


def expected(result: ItemResult) -> float:
    """The mean of the steps, each weighted by its likelihood."""
    highest = max(result.logprobs)
    weights = [exp(logprob - highest) for logprob in result.logprobs]
    return fsum(float(step) * weight for step, weight in zip(result.choices, weights, strict=True)) / fsum(weights)


def pearson(first: Floats, second: Floats) -> float:
    """Pearson's r; 0 where either side is constant, since nothing can be said of how it follows the other."""
    one, other = first - first.mean(), second - second.mean()
    spread = np.sqrt((one**2).sum() * (other**2).sum())
    # A constant's mean can differ from it by a rounding error, which is no spread.
    constant = not np.ptp(first) or not np.ptp(second)
    return 0.0 if constant or not spread else float(np.clip((one * other).sum() / spread, -1, 1))


def ranks(values: Floats) -> Floats:
    """Each value's rank from 1, equal ones with the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray(last - (counts - 1) / 2, dtype=np.float64)[places]
