"""Choice tasks: the choice with the highest summed log-likelihood is the answer."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from math import fsum

from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.evaluate import estimates, metrics
from tehon.evaluate.calibration import calibration
from tehon.evaluate.jobs import Frame
from tehon.evaluate.requests import Asked, finite, special
from tehon.prompts import choices, gold
from tehon.records.evaluation import Loglikelihood, Protocol, TaskPrompt
from tehon.records.scores import ItemResult, Score


def answer(asked: Sequence[Asked], frame: Frame, model: Model, protocol: Protocol) -> Iterator[ItemResult]:
    """One result an item, in order.

    Raises:
        NotFinite: a log-likelihood is NaN or infinite.
    """
    prompt = frame if isinstance(frame, TaskPrompt) else None
    offers = [choices(prompt, one.item) for one in asked]
    requests = [
        Loglikelihood(context=one.blank.context, continuation=word, special=special(frame))
        for one, offered in zip(asked, offers, strict=True)
        for word in offered
    ]
    answers = model.loglikelihood(requests, protocol)
    for one, offered in zip(asked, offers, strict=True):
        found = [finite(scored, one.blank) for scored in islice(answers, len(offered))]
        logprobs = tuple(scored.logprob for scored in found)
        right = gold(prompt, one.item)
        yield replace(
            one.blank,
            gold=right,
            choices=offered,
            logprobs=logprobs,
            choice_tokens=tuple(scored.tokens for scored in found),
            prediction=offered[argmax(logprobs)],
            correct=argmax(logprobs) == one.item.answer,
            tokens=sum(scored.tokens for scored in found),
            bytes=len(right.encode()),
            prompt_tokens=max(scored.prompt_tokens for scored in found),
            truncated=max(scored.truncated for scored in found),
        )


def argmax(values: Sequence[float]) -> int:
    """The index of the highest value, the first of equals."""
    return max(range(len(values)), key=values.__getitem__)


def by_character(result: ItemResult) -> int:
    """The choice with the highest log-likelihood per character, which does not favour short ones."""
    return argmax([each / max(len(word), 1) for each, word in zip(result.logprobs, result.choices, strict=True)])


def score(results: Iterable[ItemResult]) -> Iterator[Score]:
    """Accuracy by sum and by character, the class metrics where all items share their choices, and the calibration."""
    kept = [replace(result, instruction="", input="", context="") for result in results]
    right = [result.choices.index(result.gold) for result in kept]
    summed = [argmax(result.logprobs) for result in kept]
    baseline = metrics.accuracy(right, [metrics.majority(right)] * len(kept))
    chance = fsum(1 / len(result.choices) for result in kept) / len(kept)
    for name, said in (("accuracy", summed), ("accuracy_norm", [by_character(result) for result in kept])):
        line = replace(_line(kept, said), metric=name, baseline=baseline, random_baseline=chance)
        yield estimates.share(line, [float(one == other) for one, other in zip(right, said, strict=True)])
    line = _line(kept, summed)
    if _shared(kept):
        yield from estimates.classes(line, right, summed)
    yield calibration(line, kept, [one == other for one, other in zip(right, summed, strict=True)])


def _shared(kept: list[ItemResult]) -> bool:
    """Whether all items have the same choices, so that these are classes."""
    return len({result.choices for result in kept}) == 1


def _line(kept: list[ItemResult], said: list[int]) -> Score:
    """What all metrics over the same predictions have in common."""
    counts = Counter(said)
    first = kept[0]
    # Items that bring their own choices share only the places of these.
    places = range(max(len(result.choices) for result in kept))
    words = first.choices if _shared(kept) else tuple(str(place) for place in places)
    return Score(
        task=first.task,
        template=first.template,
        shots=first.shots,
        metric="",
        value=0.0,
        count=len(kept),
        histogram={word: counts[place] for place, word in enumerate(words)},
        flags=("constant",) if _shared(kept) and len(counts) == 1 < len(kept) else (),
    )
