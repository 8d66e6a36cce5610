"""95 % confidence intervals: exact for shares, by the bootstrap for everything else.

The exact interval of a share is Clopper and Pearson's: it holds the truth in at least 95 of 100 cases whatever the
share is. Wilson's is shorter on average, but holds it less often than it says near 0 and 1, which is where constant
predictors and rare endings stand.

Resamples are keyed by SEED alone and drawn from sorted items, so that an interval depends on nothing but the items.
"""

from collections.abc import Callable, Iterator, Sequence
from math import exp, isfinite, lgamma, log, log1p, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Interval = tuple[float, float]

LEVEL = 0.95
RESAMPLES = 2_000
SEED = 20230909
LIMIT_ITEMS = 10_000
"""Above so many items the mean of resamples is normal to more digits than resamples could show."""
NORMAL = 1.959963984540054
"""How many standard errors to either side hold LEVEL of a normal distribution."""
BLOCK = 1 << 21
"""Draws that are held in memory together."""
_HALVINGS = 60
_TINY = 1e-300
_EXACT = 1e-15


def exact(hits: int, count: int) -> Interval:
    """The interval of a share: from the lowest to the highest chance that does not make so many hits a surprise.

    Source: Clopper and Pearson 1934, Biometrika 26, 404–413, by quantiles of the beta distribution.
    """
    tail = (1 - LEVEL) / 2
    low = _quantile(tail, hits, count - hits + 1) if hits else 0.0
    high = _quantile(1 - tail, hits + 1, count - hits) if hits < count else 1.0
    return low, high


def _quantile(share: float, a: float, b: float) -> float:
    """Where the beta distribution has `share` of its mass below."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if beta(middle, a, b) < share else (low, middle)
    return (low + high) / 2


def beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for x between 0 and 1.

    Source: DLMF 8.17.22, the continued fraction by Lentz's method, on the side of the mean where it converges fast.
    """
    if x > (a + 1) / (a + b + 2):
        return 1 - beta(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    fraction, upper, lower = 1.0, 1.0, 0.0
    for numerator in _numerators(x, a, b, int(10 * sqrt(a + b)) + 200):
        lower = 1 / (1 + numerator * lower or _TINY)
        upper = 1 + numerator / upper or _TINY
        fraction *= upper * lower
        if abs(upper * lower - 1) < _EXACT:
            break
    return front / fraction


def sign_test(one: int, other: int) -> float:
    """The p-value of the exact two-sided sign test: as likely as heads that fair coins fall so unevenly, or more."""
    tosses, most = one + other, max(one, other)
    return min(1.0, 2 * beta(0.5, most, tosses - most + 1)) if tosses else 1.0


def _numerators(x: float, a: float, b: float, steps: int) -> Iterator[float]:
    """Of the continued fraction, from the first."""
    for half in range(steps):
        even = a + 2 * half
        if half:
            yield half * (b - half) * x / ((even - 1) * even)
        yield -(a + half) * (a + b + half) * x / (even * (even + 1))


def ratio(above: Sequence[float], below: Sequence[float]) -> Interval | None:
    """The bootstrap's interval of Σ above / Σ below over items; None for a single item.

    Percentiles of RESAMPLES resamples; of more than LIMIT_ITEMS items, NORMAL standard errors to either side instead.
    """
    count = len(above)
    if count == 1:
        return None
    pairs = np.array([above, below], dtype=np.float64)
    pairs = pairs[:, np.lexsort(pairs)]
    if count > LIMIT_ITEMS:
        return _normal(*pairs)
    generator = _generator()
    each = max(BLOCK // count, 1)
    found = []
    for start in range(0, RESAMPLES, each):
        drawn = pairs[:, generator.integers(count, size=(min(each, RESAMPLES - start), count))].sum(axis=2)
        found.append(drawn[0] / np.where(drawn[1], drawn[1], np.nan))
    return _percentiles(np.concatenate(found))


def _normal(above: Floats, below: Floats) -> Interval:
    count, whole = len(above), below.sum()
    value = above.sum() / whole
    error = sqrt(count / (count - 1) * ((above - value * below) ** 2).sum()) / whole
    return float(value - NORMAL * error), float(value + NORMAL * error)


def confusion(statistic: Callable[[Floats], Floats], counts: NDArray[np.int64]) -> Interval | None:
    """The bootstrap's interval of a statistic of confusions; None for a single item.

    Args:
        statistic: (…, classes, classes) counts, gold by row, to (…,) values.
        counts: (classes, classes) items.
    """
    total = int(counts.sum())
    if total == 1:
        return None
    drawn = _generator().multinomial(total, counts.ravel() / total, size=RESAMPLES)
    return _percentiles(statistic(drawn.reshape(RESAMPLES, *counts.shape).astype(np.float64)))


def correlation(first: Floats, second: Floats) -> Interval | None:
    """The bootstrap's interval of the correlation of two columns; None where one is constant or there is one item.

    Above LIMIT_ITEMS items only as many resamples are drawn as LIMIT_ITEMS would take.
    """
    count = len(first)
    pairs = np.array([first, second], dtype=np.float64)
    if count == 1 or not np.ptp(pairs, axis=1).all():
        return None
    # Centred, so that the sums of squares lose no digits.
    pairs = pairs[:, np.lexsort(pairs)] - pairs.mean(axis=1, keepdims=True)
    generator = _generator()
    each = max(BLOCK // count, 1)
    resamples = min(RESAMPLES, RESAMPLES * LIMIT_ITEMS // count)
    found = []
    for start in range(0, resamples, each):
        one, other = pairs[:, generator.integers(count, size=(min(each, resamples - start), count))]
        one, other = (side - side.mean(axis=1, keepdims=True) for side in (one, other))
        spread = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
        found.append((one * other).sum(axis=1) / np.where(spread, spread, np.nan))
    return _percentiles(np.concatenate(found))


def _generator() -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=SEED))


def _percentiles(values: Floats) -> Interval | None:
    tail = (1 - LEVEL) / 2
    low, high = (float(end) for end in np.nanquantile(values, [tail, 1 - tail]))
    return (low, high) if isfinite(low) and isfinite(high) else None
