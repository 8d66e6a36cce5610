"""Whether a model that is sure is right: confidence is the softmax over the choices' log-likelihoods."""

from collections.abc import Sequence
from math import exp, fsum

from msgspec.structs import replace

from tehon.records.scores import Bin, ItemResult, Score

BINS = 10
"""Of equal width, from 0 to 1."""


def confidence(logprobs: Sequence[float]) -> float:
    """The share of the likeliest choice: its likelihood over that of all choices."""
    best = max(logprobs)
    return 1 / fsum(exp(each - best) for each in logprobs)


def calibration(line: Score, results: Sequence[ItemResult], right: Sequence[bool]) -> Score:
    """The line with the expected calibration error and its bins, those without items left out.

    The error is the mean distance between confidence and accuracy of the bins, weighted by their items.

    Source: Naeini et al. 2015, AAAI; Guo et al. 2017, arXiv 1706.04599.

    Args:
        line: of the same items.
        results: with their choices' log-likelihoods.
        right: whether each item's likeliest choice is right.
    """
    members: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for result, hit in zip(results, right, strict=True):
        sure = confidence(result.logprobs)
        members[min(int(sure * BINS), BINS - 1)].append((sure, hit))
    bins = tuple(
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            count=len(inside),
            confidence=fsum(sure for sure, _ in inside) / len(inside),
            accuracy=sum(hit for _, hit in inside) / len(inside),
        )
        for place, inside in enumerate(members)
        if inside
    )
    error = fsum(one.count * abs(one.accuracy - one.confidence) for one in bins) / len(results)
    return replace(line, metric="calibration_error", value=error, bins=bins)
