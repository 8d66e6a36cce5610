"""How far people agree beyond chance.

Krippendorff's alpha, not Cohen's kappa: kappa takes two people who both judged everything, alpha any number of people
of whom each may have stopped anywhere, and each opinion counts once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from tehon.records.preferences import Agreement, Vote


def agreement(votes: Sequence[Vote]) -> Agreement:
    """Krippendorff's alpha over everything that two people or more judged.

    Chance is what it would be within each pair of models, because no verdict on one pair is possible on another.
    """
    units: dict[tuple[str, str], dict[str, list[str]]] = {}
    for vote in votes:
        first, second = sorted(vote.models)
        units.setdefault((first, second), {}).setdefault(vote.matchup, []).append(verdict(vote))
    seen = {matchup for unit in units.values() for matchup, said in unit.items() if len(said) > 1}
    return Agreement(
        alpha=alpha([list(unit.values()) for unit in units.values()]),
        matchups=len(seen),
        voters=len({vote.voter for vote in votes if vote.matchup in seen}),
    )


def alpha(strata: Sequence[Sequence[Sequence[str]]]) -> float | None:
    """Krippendorff's alpha for nominal data; None where all that was said is the same, or nothing by two people.

    Args:
        strata: of units, each of which is what was said of it; chance is reckoned within each stratum.

    Source: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, part C.
    """
    shared = [[said for said in units if len(said) > 1] for units in strata]
    expected = sum(_expected(units) for units in shared if units)
    return 1 - sum(_observed(said) for units in shared for said in units) / expected if expected else None


def verdict(vote: Vote) -> str:
    """The model that was preferred, or `=tie`, or `=bad`: the same whichever side it stood on."""
    sides = {"a": vote.models[0], "b": vote.models[1]}
    return sides.get(vote.choice, f"={vote.choice}")


def _observed(said: Sequence[str]) -> float:
    """Pairs of people who differ, each person in as many as one."""
    alike = sum(count * (count - 1) for count in Counter(said).values())
    return (len(said) * (len(said) - 1) - alike) / (len(said) - 1)


def _expected(units: Iterable[Sequence[str]]) -> float:
    """The same if verdicts were dealt out by chance."""
    counts = Counter(one for said in units for one in said)
    total = counts.total()
    return (total * total - sum(count * count for count in counts.values())) / (total - 1)
