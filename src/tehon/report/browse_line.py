"""One item as the page shows it: its prompt in parts, and what every model made of it."""

from collections.abc import Callable, Sequence

from tehon.records.record import Record
from tehon.records.scores import Part
from tehon.report.browse_cells import Cell
from tehon.report.browse_prompt import question_start
from tehon.report.browse_rows import Shown

ABOUT = 120
"""Characters that stand for an item in the list."""
DIGITS = 4
"""Of a log-likelihood in nats."""


class Answer(Record, kw_only=True, omit_defaults=True):
    """What one model made of an item; fields as in `ItemResult`.

    Attributes:
        prompt: which of the item's prompts it read.
        correct: judged by what was written where nothing else was asked for.
    """

    prompt: int = 0
    logprobs: tuple[float, ...] = ()
    prediction: str = ""
    output: str = ""
    matched: str = ""
    said: str = ""
    correct: bool | None = None
    f1: float | None = None
    tokens: int = 0
    end_logprob: float | None = None
    finish: str = ""
    prompt_tokens: int = 0
    truncated: int = 0
    dropped_shots: int = 0
    cut: tuple[Part, ...] = ()
    skipped: bool = False


class Line(Record, kw_only=True, omit_defaults=True):
    """One item.

    Attributes:
        id: the example's.
        about: the beginning of what it is about, on one line.
        seed: of the draw of its shots, where there are several.
        prompts: different ones that the models read, each as the number of what stands before the question, and the
            question.
        gold: the right answer; empty where there is none.
        references: other right answers.
        value: what annotators gave on a scale.
        category: the corpus's own name for such items.
        choices: numbers of what could be chosen.
        answers: one a model; None of a model that was not asked.
    """

    id: str
    about: str = ""
    seed: int | None = None
    prompts: tuple[tuple[int, str], ...] = ()
    gold: str = ""
    references: tuple[str, ...] = ()
    value: float | None = None
    category: str = ""
    choices: tuple[int, ...] = ()
    answers: tuple[Answer | None, ...] = ()


def line(cell: Cell, shown: Sequence[Shown | None], shared: Callable[[str], int]) -> Line:
    """One item of a cell.

    Args:
        cell: under which it was asked.
        shown: of each model the item's row, or None; at least one is there.
        shared: gives a number to a text that other items may have, too.
    """
    first = next(row for row in shown if row is not None)
    parted = [None if row is None else _parted(cell, place, row) for place, row in enumerate(shown)]
    numbers = {prompt: number for number, prompt in enumerate(dict.fromkeys(filter(None, parted)))}
    return Line(
        id=first.item,
        about=" ".join((first.input or first.instruction).split())[:ABOUT],
        seed=first.seed,
        prompts=tuple((shared(before), question) for before, question in numbers),
        gold=first.gold,
        references=tuple(text for text in first.references if text != first.gold),
        value=first.value,
        category=first.category,
        choices=tuple(map(shared, first.choices)),
        answers=tuple(
            None if row is None or prompt is None else _answer(row, numbers[prompt])
            for row, prompt in zip(shown, parted, strict=True)
        ),
    )


def _parted(cell: Cell, place: int, row: Shown) -> tuple[str, str]:
    """What stands before the question, and the question."""
    start = question_start(row.context, cell.task, cell.templates[place], row.instruction, row.input)
    return row.context[:start], row.context[start:]


def _answer(row: Shown, prompt: int) -> Answer:
    return Answer(
        prompt=prompt,
        logprobs=tuple(round(logprob, DIGITS) for logprob in row.logprobs),
        prediction=row.prediction,
        output=row.output,
        matched=row.matched,
        said=row.said,
        correct=right(row),
        f1=row.f1,
        tokens=row.tokens,
        end_logprob=None if row.end_logprob is None else round(row.end_logprob, DIGITS),
        finish=row.finish,
        prompt_tokens=row.prompt_tokens,
        truncated=row.truncated,
        dropped_shots=row.dropped_shots,
        cut=row.cut,
        skipped=row.skipped,
    )


def said(row: Shown) -> str:
    """The chosen text: by likelihood, or by what was written where nothing else was asked for."""
    return row.prediction or row.said


def right(row: Shown) -> bool | None:
    """Whether that is right; None where it is not judged."""
    if row.correct is None and row.matched:
        return row.said == row.gold
    return row.correct
