"""What votes come to: win rates, strengths with intervals, and agreement between people."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tehon.errors import EmptyData
from tehon.records.preferences import Interval, PairPreference, Preferences, Strength, Vote
from tehon.records.reporting import TextTable
from tehon.report.agreement import agreement, verdict
from tehon.report.bradley_terry import POINTS, connected, strengths
from tehon.report.significance import mcnemar
from tehon.report.wording import p_value
from tehon.writing.words import MISSING, amount, share

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


def _within(interval: Interval | None, write: Callable[[float], str]) -> str:
    return "" if interval is None else f" ({write(interval.low)} … {write(interval.high)})"


def tables(found: Preferences) -> tuple[TextTable, TextTable]:
    """Pair by pair, and model by model, for a terminal or a page."""
    pairs = [
        (
            " : ".join(pair.models),
            f"{pair.first:,} : {pair.second:,}",
            f"{pair.ties:,}",
            f"{pair.bad:,}",
            share(pair.win_rate) + _within(pair.interval, lambda rate: f"{100 * rate:.1f}"),
            p_value(pair.p_value),
        )
        for pair in found.pairs
    ]
    columns = ("first : second", "wins", "tie", "bad", "win rate", "p")
    strong = [(each.model, f"{each.score:+.0f}" + _within(each.interval, "{:+.0f}".format)) for each in found.strengths]
    return (
        TextTable(title=title(found), columns=columns, rows=tuple(pairs), notes=tuple(notes(found))),
        TextTable(title="Strength", columns=("model", "Bradley–Terry"), rows=tuple(strong), notes=()),
    )


def title(found: Preferences) -> str:
    """Whose preferences they are: a program's are never called a person's."""
    if found.scripted == found.votes:
        return "Scripted votes"
    return "Votes, some of them scripted" if found.scripted else "What people preferred"


def notes(found: Preferences) -> Iterator[str]:
    """What must be known to read the tables."""
    by = f"{amount(found.votes, 'vote')} of {amount(len(found.voters), 'voter')}"
    yield by + (f"; {found.scripted:,} cast by programs." if found.scripted else ".")
    yield "Win rate: of the first; ties and both bad are half a win to each. p: exact sign test without them."
    yield "In brackets: 95 % bootstrap intervals over items. Strength: 400 points are odds of ten to one."
    if not found.strengths:
        yield "No scale holds all models: some were never compared with the rest."
    decided = sum(pair.first + pair.second for pair in found.pairs)
    if decided:
        left = sum(pair.shown_first for pair in found.pairs)
        yield f"Of {decided:,} votes with a winner, {share(left / decided)} went to A."
    if found.agreement.matchups:
        alpha = MISSING if found.agreement.alpha is None else f"{found.agreement.alpha:.2f}"
        yield (
            f"Agreement of {amount(found.agreement.voters, 'voter')} on "
            f"{amount(found.agreement.matchups, 'comparison')}: Krippendorff's α = {alpha} (1 all, 0 as by chance)."
        )
