"""Every tuned model beside its base, on the same items."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from math import exp, fsum

import msgspec

from tehon.errors import DataError, UsageError
from tehon.records.reporting import Comparison
from tehon.records.scores import STOOD_IN
from tehon.report.correlations import correlations
from tehon.report.outcomes import CellKey, Cells, Outcome
from tehon.report.read import Run
from tehon.report.significance import holm, mcnemar, sign_flip

Cell = Mapping[str, Sequence[Outcome]]
"""Item id -> what came of it, once for every draw of its shots."""
Judge = Callable[[Outcome], float | None]
"""What is compared of one outcome; None where it has none."""


def in_order(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Every base followed by what was tuned from it; tuned models without their base come last.

    Raises:
        UsageError: two runs have the same model name.
        DataError: two runs asked in different ways.
    """
    first = runs[0]
    seen: dict[str, Run] = {}
    for run in runs:
        if other := seen.get(run.scores.model):
            problem = f"every model must have a name of its own, but {other.folder} has {run.scores.model!r} as well"
            raise UsageError(run.folder, problem, "Evaluate one of them under another --name")
        seen[run.scores.model] = run
        if run.scores.protocol != first.scores.protocol:
            problem = (
                f"every model must be asked under one protocol, but this one was asked under "
                f"{run.scores.protocol.name!r} and {first.folder} under {first.scores.protocol.name!r}"
            )
            raise DataError(run.folder, problem, "Evaluate them with the same suite")
    ordered: list[Run] = []
    for base in (run for run in runs if not run.scores.adapter):
        ordered += [base, *(run for run in runs if base_of(run, runs) is base)]
    return tuple(ordered + [run for run in runs if run.scores.adapter and base_of(run, runs) is None])


def base_of(run: Run, runs: Sequence[Run]) -> Run | None:
    """The run of the model that this one was tuned from; None for a base, or where it was not evaluated."""
    if not run.scores.adapter:
        return None
    bases = (other for other in runs if not other.scores.adapter and other.scores.base == run.scores.base)
    return next(bases, None)


def compare(runs: Sequence[Run], *, every: bool = False) -> tuple[Comparison, ...]:
    """Every tuned model with its base, cell by cell, p-values corrected together by Holm.

    Args:
        runs: of the same items.
        every: every two models are compared, whatever one has to do with the other.
    """
    found: list[Comparison] = []
    for one, other in combinations(runs, 2) if every else _tuned(runs):
        before, after = _over_draws(one.cells), _over_draws(other.cells)
        for first, second in pair_cells(before, after):
            found += _compare_cell(_blank(one, other, first, second), before[first], after[second])
    tested = [each for each in found if each.p_value is not None]
    corrected = iter(holm([each.p_value for each in tested if each.p_value is not None]))
    return tuple(
        msgspec.structs.replace(each, adjusted_p_value=next(corrected)) if each.p_value is not None else each
        for each in found
    )


def _tuned(runs: Sequence[Run]) -> Iterator[tuple[Run, Run]]:
    for run in runs:
        if (base := base_of(run, runs)) is not None:
            yield base, run


def _over_draws(cells: Cells) -> dict[CellKey, dict[str, list[Outcome]]]:
    """Cells that differ in the draw of their shots alone as one."""
    merged: dict[CellKey, dict[str, list[Outcome]]] = {}
    for key, cell in cells.items():
        together = merged.setdefault(key._replace(seed=None), {})
        for item, outcome in cell.items():
            together.setdefault(item, []).append(outcome)
    return merged


def pair_cells(first: Iterable[CellKey], second: Iterable[CellKey]) -> Iterator[tuple[CellKey, CellKey]]:
    """Cells with the same task and shots: under the same template, else the two that are left when each has one."""
    first, second = tuple(first), tuple(second)
    for task, shots in dict.fromkeys((key.task, key.shots) for key in first):
        left = [key for key in first if (key.task, key.shots) == (task, shots)]
        right = [key for key in second if (key.task, key.shots) == (task, shots)]
        shared = [key for key in left if key in right]
        yield from zip(shared, shared, strict=True)
        if not shared and len(left) == len(right) == 1:
            yield left[0], right[0]


def protocols(run: Run, key: CellKey) -> set[str]:
    """The names of the protocols that a cell was asked under: one, unless its suite is at odds with its items."""
    suite, task = run.scores.suite, key.task.removesuffix(STOOD_IN)
    return {cell.protocol or suite.protocol for cell in suite.cells if cell.task == task and key.shots in cell.shots}


def check_same_items(runs: Sequence[Run]) -> None:
    """Make sure that every number of a task and number of shots is about the same items, asked in the same way.

    Raises:
        DataError: it is not; the two folders and an item are named.
    """
    first: dict[tuple[str, int], tuple[Run, CellKey]] = {}
    for run in runs:
        for key in run.cells:
            other, named = first.setdefault((key.task, key.shots), (run, key))
            theirs = named._replace(seed=key.seed)
            for problem in _differences(other, theirs, run, key):
                remedy = "Evaluate both with the same suite and the same raw files"
                raise DataError(run.folder, f"{key.task} at {key.shots} shots {problem}", remedy)


def _seeds(run: Run, key: CellKey) -> set[int | None]:
    """Of the draws of a cell's shots."""
    return {each.seed for each in run.cells if (each.task, each.shots) == (key.task, key.shots)}


def _differences(other: Run, theirs: CellKey, run: Run, key: CellKey) -> Iterator[str]:
    if _seeds(run, key) != _seeds(other, theirs):
        yield f"must show the same examples before an item as in {other.folder}, but has other draws"
    if (under := protocols(run, key)) != (wanted := protocols(other, theirs)):
        names = [", ".join(sorted(each)) for each in (wanted, under)]
        yield f"must be asked under the same protocol as in {other.folder} ({names[0]}), but was under {names[1]}"
    before, after = other.cells[theirs], run.cells[key]
    items = before.keys() ^ after.keys()
    if key.template == theirs.template:
        items |= {item for item in before.keys() & after.keys() if before[item].gold != after[item].gold}
    if items:
        yield f"must hold the same items as in {other.folder}, but {len(items):,} differ, such as {min(items)}"
    shown = [item for item in before.keys() & after.keys() if before[item].shot_ids != after[item].shot_ids]
    if shown:
        count = f"but {len(shown):,} items have others, such as {min(shown)}"
        yield f"must show the same examples before an item as in {other.folder}, {count}"


def _blank(one: Run, other: Run, first: CellKey, second: CellKey) -> Comparison:
    """What all comparisons of two cells have in common."""
    return Comparison(
        task=first.task,
        template=first.template if first == second else f"{first.template}/{second.template}",
        shots=first.shots,
        metric="",
        first=one.scores.model,
        second=other.scores.model,
        first_value=0.0,
        second_value=0.0,
        p_value=None,
        test="",
        count=0,
    )


def _compare_cell(blank: Comparison, mine: Cell, theirs: Cell) -> Iterator[Comparison]:
    shares: dict[str, Judge] = {
        _judged(mine): lambda outcome: outcome.correct,
        "output_accuracy": lambda outcome: outcome.written,
        "f1": lambda outcome: outcome.f1,
        "ends": _ended,
    }
    perplexities: dict[str, Judge] = {
        "item_perplexity_with_end": lambda outcome: outcome.item_nll_with_end,
        "item_perplexity": lambda outcome: outcome.item_nll,
    }
    for metric, judge in shares.items():
        if pairs := list(_pairs(judge, mine, theirs)):
            yield msgspec.structs.replace(blank, metric=metric, count=len(pairs), **_shares(pairs))
    for fields in correlations(mine, theirs):
        yield msgspec.structs.replace(blank, **fields)
    for metric, judge in perplexities.items():
        if pairs := list(_pairs(judge, mine, theirs)):
            yield msgspec.structs.replace(blank, metric=metric, count=len(pairs), **_perplexities(pairs))


def _judged(cell: Cell) -> str:
    """What a right answer counts for."""
    outcomes = [outcome for some in cell.values() for outcome in some]
    if any(outcome.choices for outcome in outcomes):
        return "accuracy"
    return "contains_answer" if all(outcome.f1 is None for outcome in outcomes) else "exact_match"


def _ended(outcome: Outcome) -> bool | None:
    """Whether the model ended its answer by itself; None where nothing was generated."""
    return outcome.finish == "end" if outcome.finish else None


def _pairs(judge: Judge, mine: Cell, theirs: Cell) -> Iterator[tuple[float, float]]:
    """Of every item that is judged for both models: each one's mean over the draws of its shots."""
    for item, outcomes in mine.items():
        before, after = _mean(judge, outcomes), _mean(judge, theirs[item])
        if before is not None and after is not None:
            yield before, after


def _mean(judge: Judge, outcomes: Sequence[Outcome]) -> float | None:
    values = [value for value in map(judge, outcomes) if value is not None]
    return fsum(values) / len(values) if values else None


def _shares(pairs: Sequence[tuple[float, float]]) -> dict[str, object]:
    """How many items each model meets a yes-or-no measure on; a share of an item or of its draws is no yes or no."""
    first_value, second_value = (fsum(side) / len(pairs) for side in zip(*pairs, strict=True))
    values: dict[str, object] = {"first_value": first_value, "second_value": second_value}
    if not {value for pair in pairs for value in pair} <= {0.0, 1.0}:
        p_value, test = sign_flip([after - before for before, after in pairs])
        return values | {"p_value": p_value, "test": test}
    only_first = sum(before > after for before, after in pairs)
    only_second = sum(after > before for before, after in pairs)
    found = {"p_value": mcnemar(only_first, only_second), "only_first": only_first, "only_second": only_second}
    return values | found | {"test": "McNemar exact"}


def _perplexities(pairs: Sequence[tuple[float, float]]) -> dict[str, object]:
    """Both models' perplexity per item, from nats per token."""
    p_value, test = sign_flip([after - before for before, after in pairs])
    first_value, second_value = (exp(fsum(side) / len(pairs)) for side in zip(*pairs, strict=True))
    return {"first_value": first_value, "second_value": second_value, "p_value": p_value, "test": test}
