"""Would chance alone change a correlation as much? Two models' estimates on the same items, swapped item by item."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tehon.report.outcomes import Outcome
from tehon.report.significance import EXACT_ITEMS, FLIPS, SEED

Floats = NDArray[np.float64]
PERMUTATION = "swap permutation"
BLOCK = 1 << 22
"""Swaps that are held in memory together."""
_ROUNDING = 1e-12


def correlations(
    mine: Mapping[str, Sequence[Outcome]], theirs: Mapping[str, Sequence[Outcome]]
) -> Iterator[dict[str, object]]:
    """`pearson` and `spearman` of two models with their paired test, as a Comparison's fields; none without a scale.

    Args:
        mine: item id -> what came of it, once for every draw of its shots.
        theirs: the same of the second model.
    """
    items = [item for item, outcomes in mine.items() if _estimated(outcomes) and _estimated(theirs[item])]
    if not items:
        return
    given = np.array([mine[item][0].value for item in items], np.float64)
    first, second = (
        np.array([[outcome.estimate for outcome in cell[item]] for item in items], np.float64).T
        for cell in (mine, theirs)
    )
    for metric, form in (("pearson", np.asarray), ("spearman", _ranks)):
        one, other = (np.array([form(draw) for draw in side]) for side in (first, second))
        p_value, test = swap(one, other, form(given))
        yield {
            "metric": metric,
            "first_value": float(_r(one, form(given)).mean()),
            "second_value": float(_r(other, form(given)).mean()),
            "p_value": p_value,
            "test": test,
            "count": len(items),
        }


def _estimated(outcomes: Sequence[Outcome]) -> bool:
    return all(outcome.estimate is not None and outcome.value is not None for outcome in outcomes)


def swap(first: Floats, second: Floats, given: Floats) -> tuple[float, str]:
    """The p-value of the two-sided test that two models correlate alike with the same votes, and how it was computed.

    Under the null hypothesis either model could have said of an item what the other one said, once each speaks on the
    scale of its own mean and spread. All draws of an item change hands together. No order of items matters.

    Args:
        first: (draws, items) what one model says.
        second: the same of the other.
        given: (items,) what annotators gave.

    Source: Fisher 1935, The Design of Experiments, section 21, with the difference of correlations as its statistic;
    (1 + hits) / (1 + swaps) after Phipson and Smyth 2010.
    """
    sides = np.array([_standard(first), _standard(second)])
    order = np.lexsort((*sides[:, 0], given))
    sides, given = sides[:, :, order], given[order]
    observed = abs(float(_difference(sides, given)))
    if len(given) <= EXACT_ITEMS:
        masks = (np.arange(2 ** len(given))[:, None] >> np.arange(len(given))) & 1 > 0
        return float((_swapped(sides, given, masks) >= observed - _ROUNDING).mean()), f"{PERMUTATION} (exact)"
    generator = np.random.Generator(np.random.Philox(key=SEED))
    each = max(BLOCK // sides[0].size, 1)
    hits = 0
    for start in range(0, FLIPS, each):
        masks = generator.random((min(each, FLIPS - start), len(given))) < 0.5  # noqa: PLR2004 - a fair coin
        hits += int((_swapped(sides, given, masks) >= observed - _ROUNDING).sum())
    return (1 + hits) / (1 + FLIPS), f"{PERMUTATION} ({FLIPS:,} swaps)"


def _swapped(sides: Floats, given: Floats, masks: NDArray[np.bool_]) -> Floats:
    """(masks,) how far the correlations lie apart where the models have changed places."""
    first, second = (np.where(masks[:, None], one, other) for one, other in (sides, sides[::-1]))
    return np.abs(_difference(np.array([first, second]), given))


def _difference(sides: Floats, given: Floats) -> Floats:
    first, second = (_r(side, given).mean(axis=-1) for side in sides)
    return np.asarray(first - second)


def _r(said: Floats, given: Floats) -> Floats:
    """(…,) Pearson's r over the last dimension; 0 where either side is constant."""
    return np.asarray((_standard(said) * _standard(given)).mean(axis=-1))


def _standard(values: Floats) -> Floats:
    """The values with mean 0 and spread 1 over the last dimension; all 0 where they are constant."""
    centred = values - values.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True))
    # A constant's mean can differ from it by a rounding error, which is no spread.
    varied = np.ptp(values, axis=-1, keepdims=True) > 0
    return np.where(varied, centred / np.where(spread, spread, 1), 0.0)


def _ranks(values: Floats) -> Floats:
    """Each value's rank from 1, equal ones with the mean of theirs."""
    ordered = np.sort(values)
    return np.asarray((ordered.searchsorted(values, "left") + ordered.searchsorted(values, "right") + 1) / 2)
