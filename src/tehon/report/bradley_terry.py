"""Strengths of models from who was preferred to whom."""

from math import log

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

POINTS = 400 / log(10)
"""Of the scale, for a factor e of the odds: 400 points are odds of ten to one, as Elo's are."""
PRIOR = 0.5
"""Wins that either of two compared models has beforehand: one tie, so that who always wins has a finite strength."""
_STEPS = 200
_LONGEST = 2.0
_EXACT = 1e-10


def strengths(wins: Floats) -> Floats:
    """(…, models) log-odds strengths with mean 0, the likeliest ones under PRIOR.

    Args:
        wins: (…, models, models) how often the row's model was preferred to the column's; a tie is half a win to each.

    Source: Bradley and Terry 1952, Biometrika 39, 324–345; by Newton's method, which finds the only maximum there is.
    """
    met = (wins + np.swapaxes(wins, -1, -2)).sum(axis=tuple(range(wins.ndim - 2))) > 0
    weighed = wins + PRIOR * met
    games = weighed + np.swapaxes(weighed, -1, -2)
    found = np.zeros(wins.shape[:-1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(found[..., None, :] - found[..., :, None]))
        slope = (weighed - games * chance).sum(axis=-1)
        bend = games * chance * (1 - chance)
        curve = np.eye(wins.shape[-1]) * bend.sum(axis=-1)[..., None] - bend
        # The strengths' sum is free; one more in every cell holds it where it is.
        step = np.linalg.solve(curve + 1 / wins.shape[-1], slope[..., None])[..., 0]
        found += step * np.minimum(1, _LONGEST / np.maximum(np.abs(step).max(axis=-1, keepdims=True), _EXACT))
        if np.abs(step).max() < _EXACT:
            break
    centred: Floats = found - found.mean(axis=-1, keepdims=True)
    return centred


def connected(wins: Floats) -> bool:
    """Whether every model was compared with every other, perhaps by way of others; else no scale holds them all."""
    met = (wins + wins.T > 0) | np.eye(len(wins), dtype=bool)
    return bool(np.linalg.matrix_power(met.astype(np.float64), len(wins)).all())
