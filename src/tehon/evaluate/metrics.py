"""Formulas: means with their standard errors, and what a confusion of classes comes to. No order matters."""

from collections import Counter
from collections.abc import Sequence
from math import fsum, sqrt

from tehon.evaluate import confusion

Classes = Sequence[int]
"""One class index an item."""


def mean(values: Sequence[float]) -> tuple[float, float | None]:
    """The mean and its standard error: sample standard deviation / √n; None for a single value."""
    count = len(values)
    average = fsum(values) / count
    if count == 1:
        return average, None
    squares = fsum((value - average) ** 2 for value in values)
    return average, sqrt(squares / (count - 1) / count)


def ratio(above: Sequence[float], below: Sequence[float]) -> tuple[float, float | None]:
    """Σ above / Σ below and its standard error over items, to first order (the ratio estimator's residuals)."""
    count = len(above)
    whole = fsum(below)
    quotient = fsum(above) / whole
    if count == 1:
        return quotient, None
    residuals = fsum((over - quotient * under) ** 2 for over, under in zip(above, below, strict=True))
    return quotient, sqrt(count / (count - 1) * residuals) / whole


def majority(gold: Classes) -> int:
    """The most frequent class, the lowest of equals: what a model that never reads would best answer."""
    counts = Counter(gold)
    return min(counts, key=lambda label: (-counts[label], label))


def accuracy(gold: Classes, predicted: Classes) -> float:
    """Share of items whose class is right."""
    return sum(right == said for right, said in zip(gold, predicted, strict=True)) / len(gold)


def balanced_accuracy(gold: Classes, predicted: Classes) -> float:
    """Unweighted mean of every gold class's accuracy."""
    return float(confusion.balanced_accuracy(confusion.confusion(gold, predicted)))


def macro_f1(gold: Classes, predicted: Classes) -> float:
    """Unweighted mean of every class's F1, over classes that occur or are predicted."""
    return float(confusion.macro_f1(confusion.confusion(gold, predicted)))


def mcc(gold: Classes, predicted: Classes) -> float:
    """Matthews correlation for many classes; 0 where either side is constant."""
    return float(confusion.mcc(confusion.confusion(gold, predicted)))
