"""A model's name to something that answers requests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import torch
from msgspec import structs

from tehon.engine import adapter as adapters
from tehon.engine import generate, loglikelihood
from tehon.engine.adapter import Attached
from tehon.engine.digest import folder_digest
from tehon.engine.encode import Encoder
from tehon.engine.locate import locate
from tehon.engine.network import Network, network
from tehon.engine.tokenizer import open_encoder
from tehon.engine.weights import Wanted, weigh
from tehon.errors import ModelError
from tehon.prompts import ChatTemplate
from tehon.records.evaluation import Protocol
from tehon.records.requests import AnyRequest, Completion, Generation, Loglikelihood, Scored
from tehon.records.tuning import Precision


@dataclass(slots=True)
class LoadedModel:
    """A model at rest: frozen, in evaluation mode, with its tokenizer and perhaps an adapter. It is a `Model`.

    Attributes:
        name: as it was asked for.
        network: what computes.
        encoder: what turns text into tokens.
        base_digest: of configuration, tokenizer and weights, without adapter and precision.
        weights_identity: what its files come to here: precision, and a seed where they are drawn.
        adapter: the adapter in it; None for a base.
    """

    name: str
    network: Network
    encoder: Encoder
    base_digest: str
    weights_identity: str
    adapter: Attached | None = None

    @property
    def digest(self) -> str:
        """Of everything that decides its answers."""
        given = self.adapter.digest if self.adapter else ""
        return sha256(f"{self.base_digest}\n{self.weights_identity}\n{given}".encode()).hexdigest()

    @property
    def context_length(self) -> int:
        """The longest input in tokens."""
        return self.network.context_length

    @property
    def positions(self) -> int:
        """Token positions computed so far, padding included."""
        return self.network.positions

    @property
    def chat(self) -> ChatTemplate | None:
        """The tokenizer's chat template; None where it has none."""
        return self.encoder.chat

    def read(self, requests: Sequence[AnyRequest], protocol: Protocol) -> list[AnyRequest]:
        """The same requests, each with its spelling."""
        scored = iter(self.encoder.spellings([r for r in requests if isinstance(r, Loglikelihood)], protocol))
        written = iter(self.encoder.openings([r for r in requests if isinstance(r, Generation)]))
        return [structs.replace(r, spelling=next(written if isinstance(r, Generation) else scored)) for r in requests]

    def loglikelihood(self, requests: Sequence[Loglikelihood], protocol: Protocol) -> Iterator[Scored]:
        """Answer in the order of the requests; see `tehon.engine.loglikelihood`."""
        return loglikelihood.loglikelihood(self.network, self.encoder, requests, protocol)

    def generate(self, requests: Sequence[Generation]) -> Iterator[Completion]:
        """Answer in the order of the requests; see `tehon.engine.generate`."""
        return generate.generate(self.network, self.encoder, requests)


def load(
    name: str,
    *,
    adapter: Path | None = None,
    precision: Precision = "auto",
    seed: int | None = None,
    allow_bin: bool = False,
    device: torch.device | None = None,
) -> LoadedModel:
    """The model of that name, ready to answer.

    Args:
        name: see `tehon.engine.locate.locate`.
        adapter: a folder that `tune` or PEFT wrote.
        precision: of the frozen weights; an adapter's own stay fp32.
        seed: draws weights at random for the model's configuration; None reads its own.
        allow_bin: pickled weights are read, too, as plain tensors.
        device: where the weights lie; None takes the best there is.

    Raises:
        ModelNotFound: there is no such model.
        ModelError: it belongs to no family on the shelf, or its files cannot be read.
        AdapterMismatch: the adapter was tuned on another base, or is not complete.
        PackageMissing: it needs a package that is not installed.
    """
    wanted = Wanted(precision, seed, device)
    folder = locate(name, allow_bin=allow_bin, weights=seed is None)
    identity = folder_digest(folder)
    net = network(*weigh(folder, wanted, name), name)
    encoder = open_encoder(folder, name)
    _check_tokens(net, encoder, name)
    model = LoadedModel(
        name=name,
        network=net,
        encoder=encoder,
        base_digest=identity,
        weights_identity=wanted.identity,
    )
    return with_adapter(model, adapter, allow_bin=allow_bin)


def with_adapter(model: LoadedModel, adapter: Path | None, *, allow_bin: bool = False) -> LoadedModel:
    """The same base with this adapter in the place of the one that it had; the model handed in is used up.

    Args:
        model: a base, perhaps with an adapter.
        adapter: a folder that `tune` or PEFT wrote; None for the base alone.
        allow_bin: pickled matrices are read, too, as plain tensors.

    Raises:
        ModelNotFound, AdapterMismatch: as `load`; the model is then the base alone.
    """
    if model.adapter:
        model.adapter.detach()
        model.adapter = None
    attached = None
    if adapter:
        attached = adapters.attach(model.network, adapter, model.base_digest, allow_bin=allow_bin)
    return replace(model, adapter=attached)


def base_digest(name: str, *, weights: bool = True, allow_bin: bool = False) -> str:
    """The digest that `load` will find, without loading: sha256 over configuration, tokenizer and weights.

    Args:
        name: see `tehon.engine.locate.locate`.
        weights: they are read, not drawn at random.
        allow_bin: pickled weights are read, too.
    """
    return folder_digest(locate(name, allow_bin=allow_bin, weights=weights))


def _check_tokens(net: Network, encoder: Encoder, where: str) -> None:
    """See that the model knows the tokens that the tokenizer puts by itself.

    Some tokenizers have a few more tokens than their model, for images, so that their number alone says nothing.
    """
    vocabulary = net.head.out_features
    highest = max(encoder.end, encoder.bos or 0)
    if highest >= vocabulary:
        problem = f"the model must know every token of its tokenizer, but knows {vocabulary} and not number {highest}"
        raise ModelError(where, problem, "Take the tokenizer that belongs to the model")
