"""Perplexity of the response alone, under three names for three means, each with and without the end token."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from math import exp, log
from sys import float_info
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from tehon.engine.protocol import Model
from tehon.errors import NotFinite
from tehon.evaluate import estimates
from tehon.evaluate.jobs import Way
from tehon.evaluate.requests import Asked, finite, special
from tehon.records.requests import Loglikelihood, Request
from tehon.records.scores import ItemResult, Score

Numbers = NDArray[np.float64]
HIGHEST = log(float_info.max)
"""Nats whose perplexity a float still holds."""


def requests(one: Asked, way: Way) -> list[Request]:
    """What the model is asked about one item."""
    context, response = one.blank.context, one.item.example.response
    return [Loglikelihood(context=context, continuation=response, end=True, special=special(way.frame))]


def answer(asked: Sequence[Asked], way: Way, model: Model) -> Iterator[ItemResult]:
    """One result an item, in order.

    Raises:
        NotFinite: a log-likelihood is NaN or infinite.
    """
    answers = model.loglikelihood([request for one in asked for request in one.likelihoods], way.protocol)
    for one, scored in zip(asked, answers, strict=True):
        finite(scored, one.blank)
        response = one.item.example.response
        yield replace(
            one.blank,
            gold=response,
            logprobs=(scored.logprob,),
            tokens=scored.tokens,
            end_logprob=scored.end_logprob,
            bytes=len(response.encode()),
            prompt_tokens=scored.prompt_tokens,
            truncated=scored.truncated,
            merged=scored.merged,
        )


class Sums(NamedTuple):
    """What the means are made of, one number an item, and no texts: the paper's VQA has 793,664 items.

    Attributes:
        nats: surprise at the response, without its end token.
        ends: surprise at the end token.
        tokens: of the response, without its end token.
        bytes: of the response.
        characters: of the response.
    """

    nats: Numbers
    ends: Numbers
    tokens: Numbers
    bytes: Numbers
    characters: Numbers

    def with_end(self) -> "Sums":
        """The same with the end token counted as one token more."""
        return self._replace(nats=self.nats + self.ends, tokens=self.tokens + 1)

    def only(self, wanted: NDArray[np.bool_]) -> "Sums":
        """The same of some items."""
        return Sums(*(column[wanted] for column in self))


def score(results: Iterable[ItemResult]) -> Iterator[Score]:
    """`token_`, `item_` and `byte_perplexity` and `bits_per_character`, and the same `_with_end`.

    The paper's is item_perplexity_with_end. Those per byte and per character may be set beside other tokenizers'.
    An empty response has no tokens of its own: it counts with its end token only, and a flag says how many there are.

    Source: arXiv 2309.03412, equation (1), with the mean of the authors' code.
    """
    columns = [array("d") for _ in Sums._fields]
    pairs: set[int] = set()
    first = None
    for result in results:
        first = first or result
        response = result.gold
        numbers = (-result.logprobs[0], -(result.end_logprob or 0.0), result.tokens, result.bytes, len(response))
        for column, number in zip(columns, numbers, strict=True):
            column.append(number)
        pairs.add(xxh3_64_intdigest(f"{len(result.context)}\0{result.context}{response}".encode()))
    if first is None:
        return
    sums = Sums(*(np.asarray(column) for column in columns))
    line = Score(
        task=first.task,
        template=first.template,
        shots=first.shots,
        metric="",
        value=0.0,
        count=len(sums.tokens),
        distinct=len(pairs),
    )
    full = sums.tokens > 0
    if empty := int((~full).sum()):
        line = replace(line, flags=(f"empty_response:{empty}",))
    if full.any():
        yield from _means(replace(line, count=int(full.sum())), "", sums.only(full))
    yield from _means(line, "_with_end", sums.with_end())


def _means(line: Score, suffix: str, sums: Sums) -> Iterator[Score]:
    nats = sums.nats.tolist()
    means = {
        "token": estimates.ratio(line, nats, sums.tokens.tolist()),
        "item": estimates.mean(line, (sums.nats / sums.tokens).tolist()),
    }
    if sums.bytes.any():
        means["byte"] = estimates.ratio(line, nats, sums.bytes.tolist())
    for name, rate in means.items():
        yield _perplexity(replace(rate, metric=f"{name}_perplexity{suffix}"))
    if sums.characters.any():
        rate = estimates.ratio(line, (sums.nats / log(2)).tolist(), sums.characters.tolist())
        yield replace(rate, metric=f"bits_per_character{suffix}")


def _perplexity(rate: Score) -> Score:
    """The same of e to the power of the value."""
    value, error = _power(rate), rate.standard_error
    ends = (
        None if rate.interval is None or rate.interval[1] > HIGHEST else (exp(rate.interval[0]), exp(rate.interval[1]))
    )
    # The delta method: d exp(x) = exp(x) dx.
    return replace(
        rate,
        value=value,
        standard_error=None if error is None else value * error,
        interval=ends,
        interval_kind=rate.interval_kind if ends else "",
    )


def _power(line: Score) -> float:
    if line.value > HIGHEST:
        problem = f"{line.metric} must be a number, but is e to the power of {line.value:.0f}"
        raise NotFinite(f"task {line.task}", problem, "Look for broken weights, or try precision fp32")
    return exp(line.value)
