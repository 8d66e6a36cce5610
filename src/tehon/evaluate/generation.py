"""Generation: answers in full, judged only by what needs no judge."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.evaluate import estimates
from tehon.evaluate.jobs import Way
from tehon.evaluate.requests import Asked, context, ready, to_write, turn_of
from tehon.records.corpus import Turn
from tehon.records.evaluation import Item
from tehon.records.requests import Completion, Request
from tehon.records.scores import ItemResult, Score

WINDOW = 4
"""Characters in one n-gram of `distinct`."""


def requests(one: Asked, way: Way) -> list[Request]:
    """What the model is asked about one item, before it has answered anything."""
    return [to_write(one.blank.context, way.cell.max_new_tokens, way)]


def answer(asked: Sequence[Asked], way: Way, model: Model) -> Iterator[ItemResult]:
    """One result an item, in order; it is correct if it holds the right answer or another reference.

    Of a conversation it is the last answer, with all that was said before, the model's own answers, in its history.
    """
    talks = list(asked)
    results = list(_answers(talks, model))
    while going := [place for place, one in enumerate(talks) if one.item.turns]:
        again = ready([_next_turn(talks[at], results[at], way, model) for at in going], requests, way, model)
        for place, one, found in zip(going, again, _answers(again, model), strict=True):
            talks[place], results[place] = one, found
    return iter(results)


def _answers(asked: Sequence[Asked], model: Model) -> Iterator[ItemResult]:
    answers = model.generate([request for one in asked for request in one.writings])
    return (result(one, completion) for one, completion in zip(asked, answers, strict=True))


def result(one: Asked, completion: Completion) -> ItemResult:
    """What the model wrote, and what it is judged by."""
    return replace(
        one.blank,
        category=one.item.category,
        gold=one.item.example.response,
        references=one.item.references,
        model_answers=one.item.model_answers,
        criteria=one.item.criteria,
        prediction=completion.text,
        correct=correct(one.item, completion.text),
        tokens=completion.tokens - (completion.finish == "end"),
        bytes=len(one.item.example.response.encode()),
        finish=completion.finish,
        prompt_tokens=completion.prompt_tokens,
        truncated=max(one.blank.truncated, completion.truncated),
    )


def _next_turn(one: Asked, said: ItemResult, way: Way, model: Model) -> Asked:
    """What the user says after the model's answer."""
    example, (instruction, *later) = one.item.example, one.item.turns
    talk = (turn_of(example), Turn(role="assistant", content=said.prediction))
    grown = replace(example, instruction=instruction, input="", history=(*example.history, *talk))
    item = replace(one.item, example=grown, turns=tuple(later))
    blank = replace(
        said,
        instruction=instruction,
        input="",
        history=(*said.history, *(turn.content for turn in talk)),
        context=context(way.frame, item, one.shown, model.chat),
    )
    return replace(one, item=item, blank=blank)


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
