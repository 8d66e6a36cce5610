"""What evaluation asks of a model; any object with these members will do."""

import typing
from collections.abc import Iterator, Sequence

from tehon.prompts import ChatTemplate
from tehon.records.evaluation import Protocol
from tehon.records.requests import AnyRequest, Completion, Generation, Loglikelihood, Request, Scored


def named(request: Request, number: int) -> str:
    """For messages: the item that a request is about, else its place among those that are asked together."""
    return f"item {request.item}" if request.item else f"request {number}"


class Model(typing.Protocol):
    """A causal language model with its tokenizer, and perhaps an adapter."""

    @property
    def digest(self) -> str:
        """sha256 over what decides its answers: configuration, weights, tokenizer, adapter, precision."""

    @property
    def context_length(self) -> int:
        """The longest input in tokens."""

    @property
    def positions(self) -> int:
        """Token positions computed so far, padding included; the honest measure of work."""

    @property
    def chat(self) -> ChatTemplate | None:
        """The tokenizer's chat template; None where it has none."""

    def read(self, requests: Sequence[AnyRequest], protocol: Protocol) -> list[AnyRequest]:
        """The same requests, each with its spelling; without, where only somebody else knows the tokens."""

    def loglikelihood(self, requests: Sequence[Loglikelihood], protocol: Protocol) -> Iterator[Scored]:
        """Answer in the order of the requests; no answer depends on which others were asked with it.

        What has a spelling is not encoded again.

        Raises:
            NotFinite: a log-likelihood is NaN or infinite; the request is named.
        """

    def generate(self, requests: Sequence[Generation]) -> Iterator[Completion]:
        """Answer in the order of the requests; no answer depends on which others were asked with it."""
