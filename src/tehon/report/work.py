"""How much was computed for what was asked: what is equal is computed once, and padding is computed, too."""

from collections.abc import Iterator, Sequence

from tehon.records.counted import Work
from tehon.records.reporting import TuningSummary
from tehon.report.read import Run


def work(runs: Sequence[Run], tunings: Sequence[TuningSummary]) -> Iterator[Work]:
    """Of every tuning and of every evaluation that computed anything."""
    for tuning in tunings:
        counts = tuning.adapter.counts
        yield Work(folder=tuning.folder, kind="adapter", tokens=counts.tokens, positions=counts.positions)
    for run in runs:
        tokens = sum(outcome.asked_tokens for cell in run.cells.values() for outcome in cell.values())
        if tokens and run.scores.positions:
            yield Work(folder=run.folder, kind="scores", tokens=tokens, positions=run.scores.positions)
