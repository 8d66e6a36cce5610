"""What a run trains: a base with adapters, or all of its weights."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from peft.tuners.lora import LoraLayer
from torch import Tensor, nn

from tehon.records.tuning import Recipe
from tehon.tune.dropout import Positions

Parameters = dict[str, nn.Parameter]


@dataclass(frozen=True, slots=True)
class Tuned:
    """A base whose training can begin.

    Attributes:
        model: PEFT's wrapper of the base; the base itself where every weight is trained.
        parameters: name -> everything that is trained, in fp32 and in a fixed order.
        positions: keys of the positions that go through the model, to be filled before every pass; None where dropout
            is off or independent of them.
        taken_out: name in the adapter's file -> a matrix whose product was taken out of the base at the start; empty
            where the base is as it was.
        whole: every weight is trained.
        compute: the type of the products where weights are in fp32; None where it is the weights' own.
        recomputed: the layers run forward once more in the backward pass.
    """

    model: Any
    parameters: Parameters
    positions: Positions | None = None
    taken_out: dict[str, Tensor] = field(default_factory=dict)
    whole: bool = False
    compute: torch.dtype | None = None
    recomputed: bool = False

    @property
    def passes(self) -> int:
        """Forward passes that a forward and backward pass cost: frozen weights ask for no gradient of their own."""
        return (3 if self.whole else 2) + self.recomputed


@contextmanager
def training(tuned: Tuned) -> Iterator[None]:
    """The adapters' dropout is on within the block; the base keeps its own turned off."""
    layers = [module for module in tuned.model.modules() if isinstance(module, LoraLayer)]
    for layer in layers:
        # The layer as a whole, because DoRA asks it whether anything is dropped.
        layer.train()
    try:
        yield
    finally:
        for layer in layers:
            layer.eval()


def parameter_groups(tuned: Tuned, recipe: Recipe) -> list[dict[str, Any]]:
    """What the optimiser moves, with `ratio`, the group's learning rate over the step's, and its weight decay.

    LoRA's B has a ratio of its own. Only matrices decay: norms, biases and magnitudes are no directions to shorten.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in tuned.parameters.items():
        ratio = recipe.lora.b_ratio if recipe.lora and ".lora_B." in name else 1.0
        decay = recipe.weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((ratio, decay), []).append(parameter)
    return [
        {"params": parameters, "ratio": ratio, "weight_decay": decay} for (ratio, decay), parameters in groups.items()
    ]
