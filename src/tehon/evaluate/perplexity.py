"""Perplexity of the response alone, under three names for three means, each with and without the end token."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from math import exp, log
from sys import float_info

from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.errors import NotFinite
from tehon.evaluate import estimates
from tehon.evaluate.jobs import Frame
from tehon.evaluate.requests import Asked, finite, special
from tehon.records.evaluation import Loglikelihood, Protocol
from tehon.records.scores import ItemResult, Score

HIGHEST = log(float_info.max)
"""Nats whose perplexity a float still holds."""


def answer(asked: Sequence[Asked], frame: Frame, model: Model, protocol: Protocol) -> Iterator[ItemResult]:
    """One result an item, in order.

    Raises:
        NotFinite: a log-likelihood is NaN or infinite.
    """
    requests = [
        Loglikelihood(
            context=one.blank.context, continuation=one.item.example.response, end=True, special=special(frame)
        )
        for one in asked
    ]
    for one, scored in zip(asked, model.loglikelihood(requests, protocol), strict=True):
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
        )


def score(results: Iterable[ItemResult]) -> Iterator[Score]:
    """`token_`, `item_` and `byte_perplexity`, and the same `_with_end`; the paper's is item_perplexity_with_end.

    An empty response has no tokens of its own: it counts with its end token only, and a flag says how many there are.

    Source: arXiv 2309.03412, equation (1), with the mean of the authors' code.
    """
    # Four numbers an item, and no texts: the paper's VQA has 793,664 items.
    nats, ends, tokens, sizes = (array("d") for _ in range(4))
    first = None
    for result in results:
        first = first or result
        nats.append(-result.logprobs[0])
        ends.append(-(result.end_logprob or 0.0))
        tokens.append(result.tokens)
        sizes.append(result.bytes)
    if first is None:
        return
    full = [place for place, count in enumerate(tokens) if count]
    flags = (f"empty_response:{len(tokens) - len(full)}",) if len(full) < len(tokens) else ()
    line = Score(
        task=first.task, template=first.template, shots=first.shots, metric="", value=0.0, count=len(full), flags=flags
    )
    if full:
        sums = [[table[place] for place in full] for table in (nats, tokens, sizes)]
        yield from _means(line, "", *sums)
    surprise = [own + end for own, end in zip(nats, ends, strict=True)]
    counted = [count + 1 for count in tokens]
    yield from _means(replace(line, count=len(tokens)), "_with_end", surprise, counted, list(sizes))


def _means(line: Score, suffix: str, surprise: list[float], tokens: list[float], sizes: list[float]) -> Iterator[Score]:
    each = [nats / count for nats, count in zip(surprise, tokens, strict=True)]
    means = {"token": estimates.ratio(line, surprise, tokens), "item": estimates.mean(line, each)}
    if any(sizes):
        means["byte"] = estimates.ratio(line, surprise, sizes)
    for name, rate in means.items():
        yield _perplexity(replace(rate, metric=f"{name}_perplexity{suffix}"))


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
