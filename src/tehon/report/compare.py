"""Every tuned model beside its base, on the same items."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import exp, fsum

import msgspec

from tehon.errors import DataError, UsageError
from tehon.records.reporting import Comparison
from tehon.records.scores import STOOD_IN
from tehon.report.read import CellKey, Cells, Outcome, Run
from tehon.report.significance import holm, mcnemar, sign_flip

Cell = Mapping[str, Outcome]


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


def compare(runs: Sequence[Run]) -> tuple[Comparison, ...]:
    """Every tuned model with its base, cell by cell, p-values corrected together by Holm."""
    found: list[Comparison] = []
    for run in runs:
        if (base := base_of(run, runs)) is not None:
            for first, second in pair_cells(base.cells, run.cells):
                found += _compare_cell(base, run, first, second)
    tested = [each for each in found if each.p_value is not None]
    corrected = iter(holm([each.p_value for each in tested if each.p_value is not None]))
    return tuple(
        msgspec.structs.replace(each, adjusted_p_value=next(corrected)) if each.p_value is not None else each
        for each in found
    )


def pair_cells(first: Cells, second: Cells) -> Iterator[tuple[CellKey, CellKey]]:
    """Cells with the same task and shots: under the same template, else the two that are left when each has one."""
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
            other, theirs = first.setdefault((key.task, key.shots), (run, key))
            for problem in _differences(other, theirs, run, key):
                remedy = "Evaluate both with the same suite and the same raw files"
                raise DataError(run.folder, f"{key.task} at {key.shots} shots {problem}", remedy)


def _differences(other: Run, theirs: CellKey, run: Run, key: CellKey) -> Iterator[str]:
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


def _compare_cell(base: Run, run: Run, first: CellKey, second: CellKey) -> Iterator[Comparison]:
    mine, theirs = base.cells[first], run.cells[second]
    template = first.template if first == second else f"{first.template}/{second.template}"
    blank = Comparison(
        task=first.task,
        template=template,
        shots=first.shots,
        metric="",
        first=base.scores.model,
        second=run.scores.model,
        first_value=0.0,
        second_value=0.0,
        p_value=None,
        test="",
        count=0,
    )
    judged = "accuracy" if next(iter(mine.values())).choices else "contains_answer"
    found = (
        _compare_shares(judged, mine, theirs, lambda outcome: outcome.correct),
        _compare_shares("ends", mine, theirs, _ended),
        _compare_perplexities("item_perplexity_with_end", mine, theirs, lambda outcome: outcome.item_nll_with_end),
        _compare_perplexities("item_perplexity", mine, theirs, lambda outcome: outcome.item_nll),
    )
    for compared in found:
        if compared:
            yield msgspec.structs.replace(blank, **compared)


def _ended(outcome: Outcome) -> bool | None:
    """Whether the model ended its answer by itself; None where nothing was generated."""
    return outcome.finish == "end" if outcome.finish else None


def _compare_shares(
    metric: str, mine: Cell, theirs: Cell, judge: Callable[[Outcome], bool | None]
) -> dict[str, object]:
    """How many items each model meets a yes-or-no measure on; empty where none is judged for both."""
    verdicts = [(judge(outcome), judge(theirs[item])) for item, outcome in mine.items()]
    pairs = [(before, after) for before, after in verdicts if before is not None and after is not None]
    if not pairs:
        return {}
    only_first = sum(before and not after for before, after in pairs)
    only_second = sum(after and not before for before, after in pairs)
    return {
        "metric": metric,
        "first_value": sum(before for before, _ in pairs) / len(pairs),
        "second_value": sum(after for _, after in pairs) / len(pairs),
        "p_value": mcnemar(only_first, only_second),
        "test": "McNemar exact",
        "count": len(pairs),
        "only_first": only_first,
        "only_second": only_second,
    }


def _compare_perplexities(
    metric: str, mine: Cell, theirs: Cell, nats: Callable[[Outcome], float | None]
) -> dict[str, object]:
    """Both models' perplexity per item; empty where no item was scored for both."""
    surprises = [(nats(outcome), nats(theirs[item])) for item, outcome in mine.items()]
    pairs = [(before, after) for before, after in surprises if before is not None and after is not None]
    if not pairs:
        return {}
    p_value, test = sign_flip([after - before for before, after in pairs])
    return {
        "metric": metric,
        "first_value": exp(fsum(before for before, _ in pairs) / len(pairs)),
        "second_value": exp(fsum(after for _, after in pairs) / len(pairs)),
        "p_value": p_value,
        "test": test,
        "count": len(pairs),
    }
