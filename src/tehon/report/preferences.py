"""What votes come to: win rates, strengths with intervals, and agreement between people."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tehon.errors import EmptyData
from tehon.records.preferences import Interval, PairPreference, Preferences, Strength, Vote
from tehon.report.agreement import agreement, verdict
from tehon.report.bradley_terry import POINTS, connected, strengths
from tehon.report.significance import mcnemar

Floats = NDArray[np.float64]

RESAMPLES = 2_000
SEED = 20230909
LEVEL = 0.95
BLOCK = 1 << 22
"""Counts that are drawn together."""


def preferences(votes: Sequence[Vote]) -> Preferences:
    """Win rates, strengths and agreement; a person's second vote on one matchup does not count.

    Intervals are the bootstrap's: items are drawn anew, each with all of its votes, because people who judge the same
    answers do so for the same reasons. They are keyed by SEED and depend on nothing but the votes.

    Raises:
        EmptyData: there is no vote.
    """
    cast = tuple({(vote.voter, vote.matchup): vote for vote in reversed(votes)}.values())[::-1]
    if not cast:
        raise EmptyData("votes", "must hold at least one vote, but hold none", "Run tehon serve")
    models = sorted({model for vote in cast for model in vote.models})
    wins = _wins(cast, models)
    drawn = _drawn(wins)
    return Preferences(
        votes=len(cast),
        scripted=sum(vote.scripted for vote in cast),
        voters=dict(sorted(Counter(vote.voter for vote in cast).items())),
        pairs=tuple(_pairs(cast, models, drawn)),
        strengths=tuple(_strengths(wins.sum(axis=0), models, drawn)),
        agreement=agreement(cast),
    )


def _wins(votes: Sequence[Vote], models: Sequence[str]) -> Floats:
    """(items, models, models) wins of the row's model over the column's; a tie is half a win to each."""
    items = {item: place for place, item in enumerate(sorted({(vote.task, vote.item) for vote in votes}))}
    places = {model: place for place, model in enumerate(models)}
    wins = np.zeros((len(items), len(models), len(models)))
    for vote in votes:
        left, right = (places[model] for model in vote.models)
        gain = {"a": 1.0, "b": 0.0}.get(vote.choice, 0.5)
        item = items[vote.task, vote.item]
        wins[item, left, right] += gain
        wins[item, right, left] += 1 - gain
    return wins


def _drawn(wins: Floats) -> Floats | None:
    """(RESAMPLES, models, models) wins over items drawn anew; None for a single item."""
    items = len(wins)
    if items == 1:
        return None
    generator = np.random.Generator(np.random.Philox(key=SEED))
    each = max(BLOCK // items, 1)
    found = [
        np.tensordot(
            generator.multinomial(items, np.full(items, 1 / items), size=min(each, RESAMPLES - start)).astype(float),
            wins,
            axes=1,
        )
        for start in range(0, RESAMPLES, each)
    ]
    return np.concatenate(found)


def _pairs(votes: Sequence[Vote], models: Sequence[str], drawn: Floats | None) -> Iterator[PairPreference]:
    for first, second in combinations(models, 2):
        about = [vote for vote in votes if {first, second} == set(vote.models)]
        if not about:
            continue
        found = Counter(map(verdict, about))
        one, other, even = found[first], found[second], found["=tie"] + found["=bad"]
        row, column = models.index(first), models.index(second)
        yield PairPreference(
            models=(first, second),
            count=len(about),
            first=one,
            second=other,
            ties=found["=tie"],
            bad=found["=bad"],
            win_rate=(one + even / 2) / len(about),
            interval=None if drawn is None else _interval(_rate(drawn[:, row, column], drawn[:, column, row])),
            p_value=mcnemar(one, other),
            shown_first=sum(vote.choice == "a" for vote in about),
        )


def _rate(won: Floats, lost: Floats) -> Floats:
    games = won + lost
    rates: Floats = won[games > 0] / games[games > 0]
    return rates


def _strengths(wins: Floats, models: Sequence[str], drawn: Floats | None) -> Iterator[Strength]:
    """The strongest first; nothing where some models were never compared with the rest."""
    if not connected(wins):
        return
    scores = POINTS * strengths(wins)
    spread = None if drawn is None else POINTS * strengths(drawn)
    for place in np.argsort(-scores, kind="stable"):
        interval = None if spread is None else _interval(spread[:, place])
        yield Strength(model=models[place], score=float(scores[place]), interval=interval)


def _interval(values: Floats) -> Interval | None:
    if not len(values):
        return None
    low, high = (float(end) for end in np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    return Interval(low=low, high=high)
