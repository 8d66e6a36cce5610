"""Perplexity of the response alone, under three names for three means, each with and without the end token."""

from collections.abc import Iterable, Iterator, Sequence
from math import exp

from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.errors import NotFinite
from tehon.evaluate import metrics
from tehon.evaluate.requests import Asked, finite
from tehon.records.evaluation import ItemResult, Loglikelihood, Protocol, Score


def answer(asked: Sequence[Asked], model: Model, protocol: Protocol) -> Iterator[ItemResult]:
    """One result an item, in order.

    Raises:
        NotFinite: a log-likelihood is NaN or infinite.
    """
    requests = [
        Loglikelihood(context=one.blank.context, continuation=one.item.example.response, end=True) for one in asked
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

    An empty response has no tokens of its own: it counts with its end token only, and the others say how many.

    Source: arXiv 2309.03412, equation (1), with the mean of the authors' code.
    """
    kept = [replace(result, context="") for result in results]
    full = [result for result in kept if result.tokens]
    flags = (f"empty_response:{len(kept) - len(full)}",) if len(full) < len(kept) else ()
    for suffix, counted, end in (("", full, 0), ("_with_end", kept, 1)):
        if not counted:
            continue
        surprise = [-result.logprobs[0] - end * (result.end_logprob or 0.0) for result in counted]
        tokens = [float(result.tokens + end) for result in counted]
        each = [nats / count for nats, count in zip(surprise, tokens, strict=True)]
        sizes = [float(result.bytes) for result in counted]
        yield _score(counted, f"token_perplexity{suffix}", metrics.ratio(surprise, tokens), flags)
        yield _score(counted, f"item_perplexity{suffix}", metrics.mean(each), flags)
        if any(sizes):
            yield _score(counted, f"byte_perplexity{suffix}", metrics.ratio(surprise, sizes), flags)


def _score(counted: list[ItemResult], name: str, nats: tuple[float, float | None], flags: tuple[str, ...]) -> Score:
    rate, error = nats
    first = counted[0]
    try:
        value = exp(rate)
    except OverflowError as overflow:
        problem = f"{name} must be a number, but is e to the power of {rate:.0f}"
        remedy = "Look for broken weights, or load the model in fp32"
        raise NotFinite(f"task {first.task}", problem, remedy) from overflow
    return Score(
        task=first.task,
        template=first.template,
        shots=first.shots,
        metric=name,
        value=value,
        # The delta method: d exp(x) = exp(x) dx.
        standard_error=None if error is None else value * error,
        count=len(counted),
        flags=flags,
    )
