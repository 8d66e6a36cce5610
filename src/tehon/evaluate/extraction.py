"""Extraction: a short answer, written on one line and compared with every right one.

Both sides are normalised first: compatible characters are unified, runs of white space are one space. F1 goes over
characters, as JGLUE's own does, without marks, spaces and case, since words would depend on somebody's dictionary.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.evaluate import estimates, generation
from tehon.evaluate.jobs import Way
from tehon.evaluate.requests import Asked, to_write
from tehon.records.requests import Request
from tehon.records.scores import ItemResult, Score
from tehon.text.normalise import same_words, same_writing

LINE = "\n"
"""Ends an answer in every frame."""


def requests(one: Asked, way: Way) -> list[Request]:
    """What the model is asked about one item."""
    wanted = to_write(one.blank.context, way.cell.max_new_tokens, way)
    return [replace(wanted, stop=tuple(dict.fromkeys((*wanted.stop, LINE))))]


def answer(asked: Sequence[Asked], way: Way, model: Model) -> Iterator[ItemResult]:
    """One result an item, in order."""
    del way
    answers = model.generate([request for one in asked for request in one.writings])
    for one, completion in zip(asked, answers, strict=True):
        right = (one.item.example.response, *one.item.references)
        said = completion.text.strip()
        yield replace(
            generation.result(one, completion),
            references=one.item.references,
            prediction=said,
            correct=any(exact(said, each) for each in right),
            f1=max(f1(said, each) for each in right),
        )


def exact(said: str, right: str) -> bool:
    """Whether two texts are the same once both are normalised."""
    return same_writing(said) == same_writing(right)


def contains(said: str, right: str) -> bool:
    """Whether a text holds another once both are normalised; nothing is held by every text, and so by none."""
    return same_writing(right) in same_writing(said) if right else False


def f1(said: str, right: str) -> float:
    """The harmonic mean of the shares of characters that one text has of the other; 1 for equal texts.

    Source: Rajpurkar et al. 2016, SQuAD, over characters instead of words.
    """
    if exact(said, right):
        return 1.0
    found, wanted = Counter(same_words(said)), Counter(same_words(right))
    return 2 * (found & wanted).total() / max(found.total() + wanted.total(), 1)


def score(results: Iterable[ItemResult]) -> Iterator[Score]:
    """`exact_match` and `f1`, both the best over all right answers, `contains_answer` and `ends`."""
    kept = [replace(result, instruction="", input="", context="") for result in results]
    said = {result.prediction for result in kept}
    line = Score(
        task=kept[0].task,
        template=kept[0].template,
        shots=kept[0].shots,
        metric="exact_match",
        value=0.0,
        count=len(kept),
        flags=("constant",) if len(said) == 1 < len(kept) else (),
    )
    yield estimates.share(line, [float(result.correct or False) for result in kept])
    yield estimates.mean(replace(line, metric="f1"), [result.f1 or 0.0 for result in kept])
    held = [
        float(any(contains(result.prediction, right) for right in (result.gold, *result.references))) for result in kept
    ]
    yield estimates.share(replace(line, metric="contains_answer"), held)
    ended = [float(result.finish == "end") for result in kept]
    yield estimates.share(replace(line, metric="ends"), ended)
