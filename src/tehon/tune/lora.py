"""LoRA on a frozen base: PEFT's own modules, their matrices in fp32."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from peft.tuners.lora import LoraLayer
from torch import nn

from tehon.engine.network import Network
from tehon.engine.quiet import quiet
from tehon.errors import TargetsMissing
from tehon.records.tuning import Recipe
from tehon.tune.dropout import Positions, install

Parameters = dict[str, nn.Parameter]


@dataclass(frozen=True, slots=True)
class Tuned:
    """A base with adapters in its target modules.

    Attributes:
        model: PEFT's wrapper of the base.
        parameters: name -> every trained matrix, in a fixed order.
        positions: keys of the positions that go through the model, to be filled before every pass; None where dropout
            is off or independent of them.
    """

    model: Any
    parameters: Parameters
    positions: Positions | None


def add(net: Network, recipe: Recipe) -> Tuned:
    """The base with adapters: A drawn by Kaiming from the recipe's seed, B zero.

    Args:
        net: the base, changed in place.
        recipe: rank, alpha, dropout, targets and seed.

    Raises:
        TargetsMissing: a target is not in this model.
    """
    lora = recipe.lora
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=targets(net, recipe),
        bias="none",
        task_type="CAUSAL_LM",
    )
    with quiet(), torch.random.fork_rng():
        torch.manual_seed(recipe.seed)
        model = get_peft_model(net.model, config)
    keyed = lora.dropout > 0 and recipe.dropout == "keyed"
    return Tuned(
        model=model,
        parameters={name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad},
        positions=install(model, lora.dropout) if keyed else None,
    )


def targets(net: Network, recipe: Recipe) -> list[str]:
    """The modules to change: the recipe's, else the family's.

    Their short names, or their full ones where a part beside the text model, such as an image encoder, has modules of
    the same name, which stay as they are.

    Raises:
        TargetsMissing: a name belongs to no linear module below the head; near names are suggested.
    """
    linear = {name: module for name, module in net.model.named_modules() if isinstance(module, nn.Linear)}
    below_head = set(net.body.modules())
    known = sorted({_last(name) for name, module in linear.items() if module in below_head})
    wanted = sorted(recipe.lora.targets or net.family.targets)
    for target in wanted:
        if target not in known:
            near = get_close_matches(target, known, n=3, cutoff=0.4) or known
            problem = f"lora.targets must name linear modules of the model, but there is no {target}"
            raise TargetsMissing(f"recipe {recipe.name}", problem, f"Take one of {', '.join(near)}")
    meant = {name: module in below_head for name, module in linear.items() if _last(name) in wanted}
    return wanted if all(meant.values()) else sorted(name for name, inside in meant.items() if inside)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


@contextmanager
def dropping(tuned: Tuned) -> Iterator[None]:
    """The adapters' dropout is on within the block; the frozen base keeps its own turned off."""
    layers = [module for module in tuned.model.modules() if isinstance(module, LoraLayer)]
    for layer in layers:
        layer.lora_dropout.train()
    try:
        yield
    finally:
        for layer in layers:
            layer.lora_dropout.eval()
