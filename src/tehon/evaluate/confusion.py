"""Statistics of confusions: (…, classes, classes) counts of items, gold by row, prediction by column.

Whole stacks of confusions are worked out at once. No statistic changes when all counts are multiplied.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64] | NDArray[np.int64]
Values = NDArray[np.float64]


def confusion(gold: Sequence[int], predicted: Sequence[int], classes: int = 0) -> NDArray[np.int64]:
    """(classes, classes) items of each gold class that were said to be of each class; at least those that occur."""
    classes = max(classes, 1 + max(gold), 1 + max(predicted))
    places = np.asarray(gold, dtype=np.int64) * classes + np.asarray(predicted, dtype=np.int64)
    counts: NDArray[np.int64] = np.bincount(places, minlength=classes * classes).reshape(classes, classes)
    return counts


def usual(counts: Counts) -> Counts:
    """The same items where every one is said to be of their most frequent class, the lowest of equals."""
    return _said(counts, np.eye(counts.shape[-1])[counts.sum(axis=-1).argmax(axis=-1)])


def guessed(counts: Counts) -> Counts:
    """What guessing comes to on average: every item is said once to be of each class."""
    return _said(counts, np.ones(counts.shape[-1]))


def _said(counts: Counts, times: Values) -> Counts:
    found: Counts = counts.sum(axis=-1)[..., None] * times
    return found


def balanced_accuracy(counts: Counts) -> Values:
    """Unweighted mean of every gold class's accuracy, over classes that occur."""
    occur = counts.sum(axis=-1)
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    each = np.divide(hits, occur, out=np.zeros_like(occur, dtype=np.float64), where=occur > 0)
    found: Values = each.sum(axis=-1) / (occur > 0).sum(axis=-1)
    return found


def macro_f1(counts: Counts) -> Values:
    """Unweighted mean of every class's F1, over classes that occur or are predicted."""
    mass = counts.sum(axis=-1) + counts.sum(axis=-2)
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    each = np.divide(2 * hits, mass, out=np.zeros_like(mass, dtype=np.float64), where=mass > 0)
    found: Values = each.sum(axis=-1) / (mass > 0).sum(axis=-1)
    return found


def mcc(counts: Counts) -> Values:
    """Matthews correlation for many classes; 0 where either side is constant.

    Source: Gorodkin 2004, R_K, in the form of counts.
    """
    count = counts.sum(axis=(-2, -1))
    hits = np.trace(counts, axis1=-2, axis2=-1)
    occur, said = counts.sum(axis=-1), counts.sum(axis=-2)
    covariance = hits * count - (occur * said).sum(axis=-1)
    spread = (count**2 - (occur**2).sum(axis=-1)) * (count**2 - (said**2).sum(axis=-1))
    root = np.sqrt(np.asarray(spread, dtype=np.float64))
    found: Values = np.divide(covariance, root, out=np.zeros_like(root), where=root > 0)
    return found
