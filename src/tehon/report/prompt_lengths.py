"""How long the prompts of every task are, beside what the models were tuned on and can read."""

from collections.abc import Iterator, Sequence

from tehon.records.counted import PromptLengths
from tehon.records.scores import Lengths
from tehon.report.read import Run

BINS = 40
"""At most so many are shown."""
WIDTHS = (1, 2, 5)
"""Times a power of ten: the widths that a bin may have, so that bins begin at round numbers."""


def prompt_lengths(runs: Sequence[Run]) -> Iterator[PromptLengths]:
    """Of every run, task and template, one histogram a number of shots; all of them in the same bins."""
    for run in runs:
        found: dict[tuple[str, str], dict[int, list[int]]] = {}
        for key, cell in run.cells.items():
            by_shots = found.setdefault((key.task, key.template), {})
            by_shots.setdefault(key.shots, []).extend(outcome.prompt_tokens for outcome in cell.values())
        for (task, template), by_shots in found.items():
            longest = max(max(lengths) for lengths in by_shots.values())
            if not longest:
                continue
            width, bounds = bin_width(longest), _bounds(run, task, template)
            yield PromptLengths(
                model=run.scores.model,
                task=task,
                template=template,
                width=width,
                counts={str(shots): _count(lengths, longest, width) for shots, lengths in by_shots.items()},
                tuning_length=bounds.tuning_length if bounds else None,
                context_length=bounds.context_length if bounds else None,
            )


def bin_width(longest: int) -> int:
    """The least round number of tokens of which BINS bins hold the longest."""
    power = 1
    while True:
        for factor in WIDTHS:
            if factor * power * BINS >= longest:
                return factor * power
        power *= 10


def _count(lengths: Sequence[int], longest: int, width: int) -> tuple[int, ...]:
    counts = [0] * -(-longest // width)
    for length in lengths:
        counts[max(length - 1, 0) // width] += 1
    return tuple(counts)


def _bounds(run: Run, task: str, template: str) -> Lengths | None:
    told = (score.lengths for score in run.scores.scores if (score.task, score.template) == (task, template))
    return next(filter(None, told), None)
