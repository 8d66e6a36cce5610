"""Prompts and responses that have been scored before, so that equal pairs are scored once and counted."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace
from xxhash import xxh3_128_digest

from tehon.evaluate.requests import Asked
from tehon.records.scores import ItemResult


class Numbers(NamedTuple):
    """What a model has said about one pair; no texts, for the paper's VQA has 793,664 of them."""

    logprobs: tuple[float, ...]
    end_logprob: float | None
    tokens: int
    bytes: int
    prompt_tokens: int
    truncated: int
    merged: bool


class Seen:
    """Remembers the pairs of one job."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._known: dict[bytes, Numbers] = {}

    def learn(self, results: Iterable[ItemResult]) -> None:
        """Remember what was said about these."""
        for result in results:
            if not result.skipped:
                self._known.setdefault(_key(result.context, result.gold), _numbers(result))

    def fresh(self, asked: Sequence[Asked]) -> list[Asked]:
        """Those that must be asked: each pair once, and none that is remembered."""
        found = {_key(one.blank.context, one.item.example.response): one for one in reversed(asked)}
        return [one for key, one in reversed(found.items()) if key not in self._known]

    def recall(self, asked: Iterable[Asked]) -> Iterator[ItemResult]:
        """The results of these, all of which are remembered."""
        for one in asked:
            response = one.item.example.response
            numbers = self._known[_key(one.blank.context, response)]
            yield replace(one.blank, gold=response, **numbers._asdict())


def _numbers(result: ItemResult) -> Numbers:
    return Numbers(
        logprobs=result.logprobs,
        end_logprob=result.end_logprob,
        tokens=result.tokens,
        bytes=result.bytes,
        prompt_tokens=result.prompt_tokens,
        truncated=result.truncated,
        merged=result.merged,
    )


def _key(context: str, response: str) -> bytes:
    return xxh3_128_digest(f"{len(context)}\0{context}{response}".encode())
