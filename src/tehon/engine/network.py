"""A causal language model taken apart: the body that turns tokens into hidden states, and the head on top."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from tehon.engine.work import Work, work
from tehon.errors import ModelError
from tehon.records.tuning import Family, Kernel


@dataclass(slots=True)
class Network:
    """A model of transformers with what must be known to run packed rows through it.

    Attributes:
        model: the causal language model; an adapter may sit in its layers.
        body: everything below the head.
        head: (vocabulary, width) turns hidden states into logits.
        family: its family.
        device: where it lies.
        dtype: of the frozen weights.
        context_length: the longest input in tokens.
        window: how far back sliding attention sees; None where every layer sees everything.
        mixed: some layers see everything and the others slide, so that each kind asks for a mask of its own.
        work: what a forward pass costs.
        kernel: what computes attention.
        positions: token positions computed so far, padding included.
        head_positions: those of them whose log-likelihoods were asked for, so that the head was computed.
    """

    model: Any
    body: nn.Module
    head: nn.Linear
    family: Family
    device: torch.device
    dtype: torch.dtype
    context_length: int
    window: int | None
    mixed: bool
    work: Work
    kernel: Kernel = "sdpa"
    positions: int = 0
    head_positions: int = 0


def network(model: Any, family: Family, where: str) -> Network:  # noqa: ANN401 - a foreign class without types
    """The model taken apart.

    Args:
        model: a causal language model of transformers.
        family: its family.
        where: its name, for errors.

    Raises:
        ModelError: its attention or its head is not of the kind that packed rows need.
    """
    config = model.config.get_text_config()
    if config._attn_implementation != "sdpa":  # noqa: SLF001 - there is no public name for it
        # Eager attention takes a boolean mask for numbers, and flash attention takes no mask at all.
        problem = f"attention must be sdpa, which honours any mask, but is {config._attn_implementation}"  # noqa: SLF001
        raise ModelError(where, problem, "Load it with attn_implementation='sdpa'")
    known = config.to_dict()
    head = model.get_output_embeddings()
    if odd := _odd_head(head, known):
        problem = f"the head must be one matrix without bias, adapter or soft cap, but {odd}"
        raise ModelError(where, problem, "Take a model of another family")
    body = model.get_decoder()
    kinds = set(known.get("layer_types") or ())
    sliding = "sliding_attention" in kinds if kinds else known.get("sliding_window") is not None
    return Network(
        model=model,
        body=body,
        head=head,
        family=family,
        device=head.weight.device,
        dtype=head.weight.dtype,
        context_length=config.max_position_embeddings,
        window=known["sliding_window"] if sliding else None,
        mixed=bool(kinds) and sliding,
        work=work(body, head, config),
    )


def attend_with(net: Network, kernel: Kernel) -> None:
    """Let another kernel compute attention, from the next pass on; the result is the same.

    Args:
        net: the model, changed in place.
        kernel: `sdpa` takes any mask, entry by entry; `flex_attention` leaves out blocks that nobody sees, and is
            compiled for the device when it is first used.
    """
    net.model.set_attn_implementation(kernel)
    net.kernel = kernel


def _odd_head(head: Any, known: dict[str, Any]) -> str:  # noqa: ANN401 - whatever the model has for a head
    """What keeps a head from being scored chunk by chunk; empty where nothing does."""
    if type(head) is not nn.Linear:
        return f"is a {type(head).__name__}"
    if head.bias is not None:
        return "has a bias"
    cap = known.get("final_logit_softcapping")
    return f"its logits are capped at {cap:g}" if cap else ""


def on_device(net: Network, array: Any) -> Tensor:  # noqa: ANN401 - any array of NumPy
    """The array as a tensor where the network lies."""
    return torch.as_tensor(array, device=net.device)
