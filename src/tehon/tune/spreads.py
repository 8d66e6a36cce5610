"""Spreads a run over its processes, and puts it together again, so that any number of them may go on with it."""

from collections.abc import Iterable

import torch
from accelerate import PartialState
from torch import Tensor

from tehon.engine.network import Network
from tehon.errors import UsageError
from tehon.records.tuning import PACKED, Recipe, Sharding
from tehon.tune.fsdp import Fsdp
from tehon.tune.processes import tensor_from_main
from tehon.tune.spread import MOMENTS, WEIGHT, Spread
from tehon.tune.together import Together
from tehon.tune.tuned import Parameters, Tuned
from tehon.tune.zero import Zero

Values = dict[str, Tensor]
"""`KIND/PARAMETER` -> all of it, on the processor; empty in every process but the first."""
DIVIDES_WEIGHTS = frozenset({"zero3", "fsdp2"})
"""Where no process need ever hold the whole base."""


def check_sharding(recipe: Recipe, sharding: Sharding) -> None:
    """See that a base can be divided.

    Raises:
        UsageError: it cannot.
    """
    if recipe.compile and sharding != "none":
        problem = f"layers must be left as they are for {sharding}, but compile is true"
        raise UsageError("--sharding", problem, "Take --sharding none, or set compile = false")
    if sharding in DIVIDES_WEIGHTS and recipe.precision in PACKED:
        problem = f"a base in {recipe.precision} must be whole in every process, which {sharding} forbids"
        raise UsageError("--sharding", problem, 'Take --sharding none, or set precision = "bf16"')


def divides_weights(sharding: Sharding) -> bool:
    """Whether no process holds the whole base."""
    return sharding in DIVIDES_WEIGHTS and PartialState().num_processes > 1


def spread_out(net: Network, tuned: Tuned, recipe: Recipe, sharding: Sharding, kept: tuple[Values, int]) -> Spread:
    """The run on its processes; alone, a process has nothing to divide.

    Args:
        net: the base with its adapter.
        tuned: what is trained in it.
        recipe: optimiser, clipping and seed.
        sharding: what is divided.
        kept: weights and moments to go on from, in the first process, and the steps that led to them.
    """
    (values, steps), shapes = kept, {name: parameter.shape for name, parameter in tuned.parameters.items()}
    device = PartialState().device
    _place_weights(tuned.parameters, values, device)
    spread = _spread(net, tuned, recipe, sharding if PartialState().num_processes > 1 else "none")
    if steps:
        for name, shape in shapes.items():
            for kind in MOMENTS:
                moment = values.get(f"{kind}/{name}", torch.empty(shape))
                spread.remember(kind, name, tensor_from_main(moment.to(device)))
        spread.count(steps)
    return spread


def gathered(spread: Spread, kinds: Iterable[str]) -> Values:
    """What a spread holds of these kinds, put together; in the first process."""
    values, kinds, main = {}, tuple(kinds), PartialState().is_main_process
    for name in spread.names:
        for kind in kinds:
            tensor = spread.whole(kind, name)
            if main:
                # A copy, for the parameter goes on moving.
                values[f"{kind}/{name}"] = tensor.detach().to("cpu", copy=True).contiguous()
    return values


def _spread(net: Network, tuned: Tuned, recipe: Recipe, sharding: Sharding) -> Spread:
    if sharding == "none":
        return Together(net, tuned, recipe)
    if sharding == "fsdp2":
        return Fsdp(net, tuned, recipe)
    return Zero(net, tuned, recipe, stage=int(sharding.removeprefix("zero")))


def _place_weights(parameters: Parameters, values: Values, device: torch.device) -> None:
    """Start every process from the first one's weights: those that were kept, else its own."""
    with torch.no_grad():
        for name, parameter in parameters.items():
            own = values.get(f"{WEIGHT}/{name}", parameter)
            parameter.copy_(tensor_from_main(own.detach().to(device)))
