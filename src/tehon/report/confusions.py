"""What every model chose, beside what is right."""

from collections import Counter
from collections.abc import Iterator, Sequence

from tehon.records.counted import Confusion
from tehon.report.outcomes import CellKey, Outcome
from tehon.report.read import Run


def confusions(runs: Sequence[Run]) -> Iterator[Confusion]:
    """Cell by cell, where all items of the cell share their choices.

    Several draws of the shots are one cell, in which every item stands as often.
    """
    for run in runs:
        merged: dict[CellKey, list[Outcome]] = {}
        for key, cell in run.cells.items():
            merged.setdefault(key._replace(seed=None), []).extend(each for each in cell.values() if each.choices)
        for key, outcomes in merged.items():
            words = {outcome.choices for outcome in outcomes}
            if len(words) != 1:
                continue
            [choices] = words
            pairs = Counter((outcome.gold, outcome.prediction) for outcome in outcomes)
            yield Confusion(
                model=run.scores.model,
                task=key.task,
                template=key.template,
                shots=key.shots,
                choices=choices,
                counts=tuple(tuple(pairs[gold, said] for said in choices) for gold in choices),
            )
