"""A model's name to something that answers requests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from tehon.engine import adapter as adapters
from tehon.engine import generate, loglikelihood
from tehon.engine.device import Precision, best_device, dtype_for
from tehon.engine.digest import folder_digest
from tehon.engine.encode import Encoder
from tehon.engine.locate import locate
from tehon.engine.network import Network, network
from tehon.engine.quiet import quiet
from tehon.errors import ModelError, ModelNotFound
from tehon.families import FAMILIES
from tehon.prompts import ChatTemplate
from tehon.records.evaluation import Completion, Generation, Loglikelihood, Protocol, Scored
from tehon.records.tuning import Family


@dataclass(slots=True)
class LoadedModel:
    """A model at rest: frozen, in evaluation mode, with its tokenizer and perhaps an adapter. It is a `Model`.

    Attributes:
        name: as it was asked for.
        network: what computes.
        encoder: what turns text into tokens.
        base_digest: of configuration, tokenizer and weights, without adapter and precision.
        digest: of everything that decides its answers.
    """

    name: str
    network: Network
    encoder: Encoder
    base_digest: str
    digest: str

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

    def loglikelihood(self, requests: Sequence[Loglikelihood], protocol: Protocol) -> Iterator[Scored]:
        """Answer in the order of the requests; see `tehon.engine.loglikelihood`."""
        return loglikelihood.loglikelihood(self.network, self.encoder, requests, protocol)

    def generate(self, requests: Sequence[Generation]) -> Iterator[Completion]:
        """Answer greedily, in the order of the requests; see `tehon.engine.generate`."""
        return generate.generate(self.network, self.encoder, requests)


def load(name: str, *, adapter: Path | None = None, precision: Precision = "auto") -> LoadedModel:
    """The model of that name, ready to answer.

    Args:
        name: see `tehon.engine.locate.locate`.
        adapter: a folder that `tune` or PEFT wrote.
        precision: of the frozen weights; an adapter's own stay fp32.

    Raises:
        ModelNotFound: there is no such model.
        ModelError: it belongs to no family on the shelf, or its files cannot be read.
        AdapterMismatch: the adapter was tuned on another base, or is not complete.
    """
    folder = locate(name)
    device = best_device()
    dtype = dtype_for(precision, device)
    identity = folder_digest(folder)
    net = _read(folder, name, device, dtype)
    digest = [identity, str(dtype), adapters.attach(net, adapter, identity) if adapter else ""]
    return LoadedModel(
        name=name,
        network=net,
        encoder=Encoder(AutoTokenizer.from_pretrained(folder)),
        base_digest=identity,
        digest=sha256("\n".join(digest).encode()).hexdigest(),
    )


def base_digest(name: str) -> str:
    """The digest that `load` will find, without loading: sha256 over configuration, tokenizer and weights."""
    return folder_digest(locate(name))


def family_of(model_type: str, where: str) -> Family:
    """The family that a `model_type` of `config.json` belongs to.

    Raises:
        ModelError: none does.
    """
    for family in FAMILIES.values():
        if model_type in family.model_types:
            return family
    known = ", ".join(kind for family in FAMILIES.values() for kind in family.model_types)
    problem = f"the model must be of a known family ({known}), but is {model_type}"
    raise ModelError(where, problem, "Add a file to tehon/families, or take another model")


def _read(folder: Path, name: str, device: torch.device, dtype: torch.dtype) -> Network:
    try:
        config = AutoConfig.from_pretrained(folder)
        family = family_of(config.model_type, name)
        with quiet():
            model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation="sdpa")
    except (OSError, ValueError, RuntimeError) as error:
        problem = f"the folder {folder} must hold a model that transformers can read, but {error}"
        raise ModelNotFound(name, problem, "Fetch the model again") from error
    model.to(device).requires_grad_(requires_grad=False).eval()
    return network(model, family, name)
