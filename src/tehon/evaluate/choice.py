"""Choice tasks: the answer is the choice with the highest log-likelihood, or the one that the model writes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from math import fsum

from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.errors import ModelError
from tehon.evaluate import estimates, metrics, output
from tehon.evaluate.calibration import calibration
from tehon.evaluate.jobs import Way
from tehon.evaluate.requests import Asked, finite, special
from tehon.prompts import choices, gold
from tehon.records.evaluation import Norm, TaskPrompt
from tehon.records.requests import Loglikelihood, Request, Scored
from tehon.records.scores import ItemResult, Score

UNMATCHED = "(none of them)"
"""Stands in the histogram for answers that are none of the choices."""


def requests(one: Asked, way: Way) -> list[Request]:
    """What the model is asked about one item."""
    offered = choices(_prompt(way), one.item)
    found: list[Request] = []
    if way.protocol.answer != "output":
        context, means = one.blank.context, special(way.frame)
        found += [Loglikelihood(context=context, continuation=word, special=means) for word in offered]
    if way.protocol.answer != "likelihood":
        found.append(output.request(one, way, offered))
    return found


def answer(asked: Sequence[Asked], way: Way, model: Model) -> Iterator[ItemResult]:
    """One result an item, in order.

    Raises:
        NotFinite: a log-likelihood is NaN or infinite.
        ModelError: a choice has no tokens.
    """
    prompt = _prompt(way)
    results = [
        replace(
            one.blank,
            gold=(right := gold(prompt, one.item)),
            choices=choices(prompt, one.item),
            bytes=len(right.encode()),
        )
        for one in asked
    ]
    if way.protocol.answer != "output":
        results = list(_by_likelihood(asked, results, way, model))
    if way.protocol.answer != "likelihood":
        results = list(output.answer(asked, results, model))
    return iter(results)


def _by_likelihood(
    asked: Sequence[Asked], results: Sequence[ItemResult], way: Way, model: Model
) -> Iterator[ItemResult]:
    answers = model.loglikelihood([request for one in asked for request in one.likelihoods], way.protocol)
    priors = _priors(results, way, model)
    for one, blank in zip(asked, results, strict=True):
        own = islice(answers, len(blank.choices))
        found = [_whole(finite(scored, blank), blank, way) for scored in own]
        result = replace(
            blank,
            logprobs=tuple(scored.logprob for scored in found),
            choice_tokens=tuple(scored.tokens for scored in found),
            prior_logprobs=tuple(priors[word] for word in blank.choices) if priors else (),
            tokens=sum(scored.tokens for scored in found),
            prompt_tokens=max(scored.prompt_tokens for scored in found),
            truncated=max(scored.truncated for scored in found),
            merged=any(scored.merged for scored in found),
        )
        best = chosen(result, way.protocol.norm)
        yield replace(result, prediction=blank.choices[best], correct=best == one.item.answer)


def _priors(results: Sequence[ItemResult], way: Way, model: Model) -> dict[str, float]:
    """What every choice is worth without any context; empty unless the protocol asks for it."""
    words = dict.fromkeys(word for result in results for word in result.choices) if way.protocol.norm == "pmi" else {}
    answers = model.loglikelihood([Loglikelihood(context="", continuation=word) for word in words], way.protocol)
    return {word: scored.logprob for word, scored in zip(words, answers, strict=True)}


def _whole(scored: Scored, blank: ItemResult, way: Way) -> Scored:
    """The same answer.

    Raises:
        ModelError: it is about no token, so that the choice would win every time.
    """
    if scored.tokens:
        return scored
    named = ", ".join(blank.choices)
    problem = (
        f'each of its choices ({named}) must have a token, but one has none under encode = "{way.protocol.encode}"'
    )
    remedy = 'Set encode to "joint_safe", or to "joint_lcp" where the tokenizer itself drops the choice'
    raise ModelError(f"item {blank.item}", problem, remedy)


def _prompt(way: Way) -> TaskPrompt | None:
    return way.frame if isinstance(way.frame, TaskPrompt) else None


def argmax(values: Sequence[float]) -> int:
    """The index of the highest value, the first of equals."""
    return max(range(len(values)), key=values.__getitem__)


def chosen(result: ItemResult, norm: Norm) -> int:
    """The index of the choice with the highest log-likelihood under a norm.

    Source: Gao et al. 2021, lm-evaluation-harness (`char`, `byte`, `pmi` as acc_norm, acc_bytes, acc_mutual_info).
    """
    if norm == "pmi":
        return argmax([own - prior for own, prior in zip(result.logprobs, result.prior_logprobs, strict=True)])
    sizes: dict[Norm, Sequence[int]] = {
        "sum": [1] * len(result.choices),
        "char": [len(word) for word in result.choices],
        "byte": [len(word.encode()) for word in result.choices],
        "token": result.choice_tokens,
    }
    return argmax([each / max(size, 1) for each, size in zip(result.logprobs, sizes[norm], strict=True)])


NORMS: Mapping[str, Norm] = {
    "accuracy": "sum",
    "accuracy_norm": "char",
    "accuracy_byte": "byte",
    "accuracy_token": "token",
    "accuracy_pmi": "pmi",
}
"""Metric -> the norm under which it chooses."""


def score(results: Iterable[ItemResult]) -> Iterator[Score]:
    """What the likelihoods choose, and what the model writes, each where it was asked for."""
    kept = [replace(result, instruction="", input="", context="") for result in results]
    if any(result.logprobs for result in kept):
        yield from _score_likelihoods(kept)
    if any(result.matched for result in kept):
        yield from _score_outputs(kept)


def _score_likelihoods(kept: list[ItemResult]) -> Iterator[Score]:
    """Accuracy under every norm, the class metrics where all items share their choices, and the calibration."""
    right = [result.choices.index(result.gold) for result in kept]
    for name, norm in NORMS.items():
        if (norm != "pmi" or kept[0].prior_logprobs) and (norm != "token" or kept[0].choice_tokens):
            said = [chosen(result, norm) for result in kept]
            yield estimates.share(replace(_line(kept, said, right), metric=name), _hits(right, said))
    said = [result.choices.index(result.prediction) for result in kept]
    line = replace(_line(kept, said, right), random_baseline=None, baseline=None)
    if _shared(kept):
        yield from estimates.classes(line, right, said)
    summed = [argmax(result.logprobs) for result in kept]
    yield calibration(line, kept, [one == other for one, other in zip(right, summed, strict=True)])


def _score_outputs(kept: list[ItemResult]) -> Iterator[Score]:
    """Accuracy of what was written, balanced where all items share their choices, and what matched no choice."""
    right = [result.choices.index(result.gold) for result in kept]
    said = [result.choices.index(result.said) if result.said else len(result.choices) for result in kept]
    line = _line(kept, said, right)
    yield estimates.share(replace(line, metric="output_accuracy"), _hits(right, said))
    if _shared(kept):
        balanced = next(each for each in estimates.classes(line, right, said) if each.metric == "balanced_accuracy")
        yield replace(balanced, metric="output_balanced_accuracy", random_baseline=line.random_baseline)
    unmatched = [float(result.matched == "none") for result in kept]
    yield estimates.share(replace(line, metric="output_unmatched", baseline=None, random_baseline=None), unmatched)


def _hits(right: Sequence[int], said: Sequence[int]) -> list[float]:
    return [float(one == other) for one, other in zip(right, said, strict=True)]


def _shared(kept: list[ItemResult]) -> bool:
    """Whether all items have the same choices, so that these are classes."""
    return len({result.choices for result in kept}) == 1


def _line(kept: list[ItemResult], said: list[int], right: list[int]) -> Score:
    """What all metrics over the same predictions have in common."""
    counts = Counter(said)
    first = kept[0]
    # Items that bring their own choices share only the places of these.
    places = range(max(len(result.choices) for result in kept))
    words = first.choices if _shared(kept) else tuple(str(place) for place in places)
    histogram = {word: counts[place] for place, word in enumerate(words)}
    if unmatched := sum(result.matched == "none" for result in kept) if max(counts) >= len(words) else 0:
        histogram[UNMATCHED] = unmatched
    return Score(
        task=first.task,
        template=first.template,
        shots=first.shots,
        metric="",
        value=0.0,
        count=len(kept),
        baseline=metrics.accuracy(right, [metrics.majority(right)] * len(kept)),
        random_baseline=fsum(1 / len(result.choices) for result in kept) / len(kept),
        histogram=histogram,
        flags=("constant",) if _shared(kept) and len(counts) == 1 < len(kept) else (),
    )
