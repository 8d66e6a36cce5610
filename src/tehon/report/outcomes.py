"""What came of every item of an evaluation, as far as a report needs it."""

from collections import defaultdict
from pathlib import Path
from typing import Literal, NamedTuple

from tehon.errors import Damaged
from tehon.records.record import Record
from tehon.records.scores import Matched
from tehon.storage.items import read_items


class CellKey(NamedTuple):
    """One task under one template, number of shots and, where they were drawn several times, seed of the draw."""

    task: str
    template: str
    shots: int
    seed: int | None = None


ASKED_LATER = "▷ "
"""Before what the user says in the middle of a conversation."""


class Outcome(Record, kw_only=True):
    """What the report needs of one item of one cell.

    Attributes:
        shot_ids: the examples that were shown before it.
        gold: the right answer.
        choices: what could be chosen.
        prediction: what was chosen or generated; of a conversation all that followed the first question.
        correct: None where that is not judged.
        f1: likewise.
        written: what was written as a choice is the right one; None where nothing was to be written.
        value: what annotators gave on a scale; None where there is no scale.
        estimate: what the model says on it.
        item_nll: mean NLL in nats per token of the gold response; None where it was not scored, or has no tokens.
        item_nll_with_end: the same with the end token as one token more; None where that was not scored.
        question: what was asked first; kept only where something was generated.
        finish: how a generation ended; empty where nothing was generated.
        tokens: of the gold response or of what was generated, the end token left out.
        prompt_tokens: of the longest prompt before any cut; for what is scored, its answer included.
        asked_tokens: of every prompt with its answer, each counted in full; 0 where nothing was asked.
    """

    shot_ids: tuple[str, ...]
    gold: str
    choices: tuple[str, ...]
    prediction: str
    correct: bool | None
    f1: float | None
    written: bool | None
    item_nll: float | None
    item_nll_with_end: float | None
    question: str
    finish: str
    tokens: int = 0
    prompt_tokens: int = 0
    asked_tokens: int = 0
    value: float | None = None
    estimate: float | None = None


Cells = dict[CellKey, dict[str, Outcome]]
"""Cell -> item id -> what came of it, in the order of the file."""


class _Row(Record, kw_only=True):
    """What is read of an item's row: the columns of `ItemResult` that outcomes are made from."""

    item: str
    task: str
    template: str
    shots: int
    seed: int | None
    shot_ids: tuple[str, ...]
    instruction: str
    input: str
    history: tuple[str, ...]
    gold: str
    choices: tuple[str, ...]
    logprobs: tuple[float, ...]
    prediction: str
    correct: bool | None
    f1: float | None
    value: float | None
    estimate: float | None = None
    matched: Matched
    said: str
    choice_tokens: tuple[int, ...]
    tokens: int
    end_logprob: float | None
    finish: Literal["end", "stop", "length", ""]
    prompt_tokens: int
    skipped: bool


def read_cells(path: Path) -> Cells:
    """Every cell of a file of items.

    Raises:
        Damaged: the file cannot be read, or an item stands twice in a cell.
    """
    cells: Cells = defaultdict(dict)
    for row in read_items(path, _Row):
        cell = cells[CellKey(row.task, row.template, row.shots, row.seed)]
        if row.item in cell:
            problem = f"every item must stand once in a cell, but {row.item} stands twice in {row.task}"
            raise Damaged(str(path), problem, "Evaluate again")
        cell[row.item] = _outcome(row)
    return dict(cells)


def _outcome(item: _Row) -> Outcome:
    scored = not item.choices and bool(item.logprobs)
    surprise = -sum(item.logprobs)
    with_end = None if item.end_logprob is None else (surprise - item.end_logprob) / (item.tokens + 1)
    asked = f"{item.instruction}\n\n{item.input}" if item.input else item.instruction
    question, *later = (*item.history, asked)
    # The user speaks in turn with the model, which answers first.
    said = (f"{ASKED_LATER}{text}" if place % 2 else text for place, text in enumerate((*later, item.prediction)))
    return Outcome(
        shot_ids=item.shot_ids,
        gold="" if scored else item.gold,
        choices=item.choices,
        prediction="\n\n".join(said),
        correct=item.correct,
        f1=item.f1,
        written=item.said == item.gold if item.matched else None,
        item_nll=surprise / item.tokens if scored and item.tokens else None,
        item_nll_with_end=with_end if scored else None,
        question=question if item.finish else "",
        finish=item.finish,
        tokens=item.tokens,
        prompt_tokens=item.prompt_tokens,
        asked_tokens=_asked_tokens(item),
        value=item.value,
        estimate=item.estimate,
    )


def _asked_tokens(item: _Row) -> int:
    """Of every prompt with its answer, each counted in full."""
    if item.skipped:
        return 0
    if item.choice_tokens:
        context = item.prompt_tokens - max(item.choice_tokens)
        return context * len(item.choice_tokens) + sum(item.choice_tokens)
    return item.prompt_tokens + (item.tokens if item.finish else 0)
