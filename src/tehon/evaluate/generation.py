"""Generation: greedy answers, judged only by what needs no judge."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.evaluate import estimates
from tehon.evaluate.jobs import Frame
from tehon.evaluate.requests import Asked, special
from tehon.records.evaluation import Cell, Generation, Item, TaskPrompt
from tehon.records.scores import ItemResult, Score

WINDOW = 4
"""Characters in one n-gram of `distinct`."""


def answer(asked: Sequence[Asked], frame: Frame, cell: Cell, model: Model) -> Iterator[ItemResult]:
    """One result an item, in order; it is correct if it holds the right answer or another reference."""
    stop = (frame.separator,) if isinstance(frame, TaskPrompt) else frame.stop
    requests = [
        Generation(
            context=one.blank.context,
            stop=stop,
            max_new_tokens=cell.max_new_tokens,
            repetition_penalty=cell.repetition_penalty,
            special=special(frame),
        )
        for one in asked
    ]
    for one, completion in zip(asked, model.generate(requests), strict=True):
        yield replace(
            one.blank,
            gold=one.item.example.response,
            prediction=completion.text,
            correct=correct(one.item, completion.text),
            tokens=completion.tokens - (completion.finish == "end"),
            bytes=len(one.item.example.response.encode()),
            finish=completion.finish,
            prompt_tokens=completion.prompt_tokens,
            truncated=completion.truncated,
        )


def correct(item: Item, text: str) -> bool | None:
    """Whether the text holds a right answer; None where the item has none."""
    right = [reference for reference in (item.example.response, *item.references) if reference]
    return any(reference in text for reference in right) if right else None


def distinct(text: str) -> float:
    """Distinct character n-grams over all of them: 1 never repeats itself, near 0 does nothing else.

    Source: Li et al. 2016, distinct-n, here within one answer and over characters.
    """
    grams = [text[start : start + WINDOW] for start in range(max(len(text) - WINDOW + 1, 1))]
    return len(set(grams)) / len(grams)


def score(results: Iterable[ItemResult]) -> Iterator[Score]:
    """`ends` (by the model's own end token), `distinct` of what is not empty, `contains_answer` where one is known."""
    kept = list(results)
    judged = [float(result.correct) for result in kept if result.correct is not None]
    measured = {
        "ends": [float(result.finish == "end") for result in kept],
        "distinct": [distinct(result.prediction) for result in kept if result.prediction],
        "contains_answer": judged,
    }
    texts = {result.prediction for result in kept}
    flags = ("constant",) if len(texts) == 1 < len(kept) else ()
    for name, values in measured.items():
        if values:
            line = Score(
                task=kept[0].task,
                template=kept[0].template,
                shots=kept[0].shots,
                metric=name,
                value=0.0,
                count=len(values),
                flags=flags,
            )
            yield estimates.mean(line, values) if name == "distinct" else estimates.share(line, values)
