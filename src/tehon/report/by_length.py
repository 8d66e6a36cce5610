"""Perplexity by the length of the right answer: short answers pay most for the token that ends them."""

from collections.abc import Iterator, Sequence
from math import exp, fsum

from tehon.records.counted import ByLength, LengthBin
from tehon.report.outcomes import CellKey, Outcome
from tehon.report.read import Run

BINS = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 8), (9, 16), (17, 32), (33, 64), (65, 128), (129, None))
"""The fewest and the most tokens of each; the last one is open."""


def by_length(runs: Sequence[Run]) -> Iterator[ByLength]:
    """Of every cell whose answers were scored as they stand; bins without items are left out."""
    for run in runs:
        merged: dict[CellKey, list[Outcome]] = {}
        for key, cell in run.cells.items():
            scored = [outcome for outcome in cell.values() if outcome.item_nll is not None]
            if scored:
                merged.setdefault(key._replace(seed=None), []).extend(scored)
        for key, outcomes in merged.items():
            yield ByLength(
                model=run.scores.model,
                task=key.task,
                template=key.template,
                shots=key.shots,
                bins=tuple(_bins(outcomes)),
            )


def _bins(outcomes: Sequence[Outcome]) -> Iterator[LengthBin]:
    for low, high in BINS:
        inside = [each for each in outcomes if low <= each.tokens and (high is None or each.tokens <= high)]
        surprises = [each.item_nll for each in inside if each.item_nll is not None]
        with_end = [each.item_nll_with_end for each in inside if each.item_nll_with_end is not None]
        if surprises:
            yield LengthBin(
                low=low,
                high=high,
                count=len(surprises),
                perplexity=_perplexity(surprises),
                with_end=_perplexity(with_end) if len(with_end) == len(surprises) else None,
            )


def _perplexity(surprises: Sequence[float]) -> float:
    return exp(fsum(surprises) / len(surprises))
