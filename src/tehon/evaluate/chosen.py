"""Which prompt version a paper would report: the one that scores best on the very items that are scored."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import fsum

from msgspec.structs import replace

from tehon.records.evaluation import Suite
from tehon.records.scores import Score

CHOSEN = "chosen"
"""The flag of every score of that version."""


def mark_chosen(scores: Sequence[Score], suite: Suite, names: Sequence[str]) -> tuple[Score, ...]:
    """The scores, those of the reported version flagged, where the suite says that versions are chosen at all.

    Args:
        scores: of one model.
        suite: as it ran.
        names: of the model: its own, and what was loaded.
    """
    if not suite.chosen:
        return tuple(scores)
    best = _named(suite.chosen, names) or _best(scores)
    several = {score.task for score in scores if score.metric == "accuracy" and score.template != best}
    return tuple(
        replace(score, flags=(*score.flags, CHOSEN)) if score.template == best and score.task in several else score
        for score in scores
    )


def _named(chosen: Mapping[str, str], names: Sequence[str]) -> str:
    """What the paper reports for a model of that name; empty where it does not know it."""
    written = [name.casefold().replace(" ", "-").replace("_", "-") for name in names]
    fitting = [part for part in chosen if any(part in name for name in written)]
    return chosen[max(fitting, key=len)] if fitting else ""


def _best(scores: Sequence[Score]) -> str:
    """The version with the highest mean accuracy over all tasks and numbers of shots that every version has."""
    values: defaultdict[str, dict[tuple[str, int], float]] = defaultdict(dict)
    for score in scores:
        if score.metric == "accuracy" and score.seed is None:
            values[score.template][score.task, score.shots] = score.value
    if not values:
        return ""
    shared = set.intersection(*(set(lines) for lines in values.values()))
    means = {name: fsum(lines[line] for line in shared) / max(len(shared), 1) for name, lines in values.items()}
    return max(means, key=means.__getitem__)
