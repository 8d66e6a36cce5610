"""The gradient of one step: Σ weight × ∇NLL over all its tokens, divided by all their weight, however it is cut up."""

from typing import NamedTuple

import torch
from accelerate import PartialState
from accelerate.utils import reduce
from torch import Tensor

from tehon.engine import forward
from tehon.engine.head import weighted_nll
from tehon.engine.network import Network, on_device
from tehon.engine.padded import Block
from tehon.engine.tokens import Encoded
from tehon.records.tuning import Recipe
from tehon.tune.dropout import position_keys
from tehon.tune.lora import Parameters, Tuned
from tehon.tune.order import mixed
from tehon.tune.plan import Micro, lay_out


class Outcome(NamedTuple):
    """What a step found.

    Attributes:
        loss: Σ weight × NLL in nats.
        weight: Σ weight.
        positions: that were computed, padding included.
        norm: of the gradient before clipping.
        stop: a process of this run was asked to stop.
    """

    loss: float
    weight: float
    positions: int
    norm: float
    stop: bool


def take(net: Network, sequences: list[Encoded], tuned: Tuned, recipe: Recipe, *, number: int, stop: bool) -> Outcome:
    """Leave the step's gradient, clipped, on the parameters.

    Each process computes its share of the passes, and the gradients are summed, so that the number of processes
    changes nothing, but for dropout where its masks are independent. Dropout is seeded by the step's number.

    Args:
        net: the base with its adapter.
        sequences: the step's examples.
        tuned: the base with its adapter.
        recipe: layout, budget, clipping, seed.
        number: of the step.
        stop: this process was asked to stop.
    """
    state = PartialState()
    torch.manual_seed(mixed(recipe.seed, number, state.process_index))
    for parameter in tuned.parameters.values():
        parameter.grad = torch.zeros_like(parameter)
    before, loss = net.positions, torch.zeros((), device=net.device)
    for micro in list(lay_out(sequences, recipe))[state.process_index :: state.num_processes]:
        if tuned.positions:
            tuned.positions.keys = on_device(net, position_keys(micro, recipe.seed, number))
        part = _nll(net, micro)
        # The sum, not the mean, goes back: small gradients keep their digits in half precision.
        part.backward()  # type: ignore[no-untyped-call]
        loss += part.detach()
    sums = _over_processes(
        torch.stack([loss.double(), loss.new_tensor(net.positions - before).double(), loss.new_tensor(stop).double()])
    )
    weight = float(sum(sequence.weights.sum(dtype="float64") for sequence in sequences))
    norm = _settle(tuned.parameters, weight, recipe.max_grad_norm)
    return Outcome(loss=sums[0].item(), weight=weight, positions=int(sums[1]), norm=norm, stop=bool(sums[2]))


def _nll(net: Network, micro: Micro) -> Tensor:
    """() Σ weight × NLL of one pass, in nats."""
    hidden = forward.padded(net, micro.ids).flatten(0, 1) if isinstance(micro, Block) else forward.packed(net, micro)
    edges = (on_device(net, micro.source), on_device(net, micro.target), on_device(net, micro.weight).float())
    return weighted_nll(hidden, net.head.weight, *edges)


def _settle(parameters: Parameters, weight: float, limit: float) -> float:
    """Sum the gradients over processes, divide by the weight, clip; the norm before clipping."""
    gradients = []
    for parameter in parameters.values():
        parameter.grad = _over_processes(parameter.grad) / weight
        gradients.append(parameter.grad)
    norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(gradient) for gradient in gradients]))
    if limit and norm > limit:
        for gradient in gradients:
            gradient.mul_(limit / norm)
    return float(norm)


def _over_processes(tensor: Tensor | None) -> Tensor:
    """The sum over all processes of this run; the tensor itself when there is one."""
    summed: Tensor = reduce(tensor, "sum")
    return summed
