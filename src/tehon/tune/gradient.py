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
from tehon.tune.budget import Full, memory_watched
from tehon.tune.dropout import position_keys
from tehon.tune.order import mixed
from tehon.tune.plan import Micro, lay_out
from tehon.tune.tuned import Parameters, Tuned


class Turn(NamedTuple):
    """What one step of a run asks for.

    Attributes:
        number: of the step.
        budget: positions in one pass, at most.
        stop: this process was asked to stop.
    """

    number: int
    budget: int
    stop: bool = False


class Outcome(NamedTuple):
    """What a step found.

    Attributes:
        loss: Σ weight × NLL in nats.
        weight: Σ weight.
        positions: that were computed, padding included.
        operations: floating-point operations, forward and backward.
        norm: of the gradient before clipping.
        stop: a process of this run was asked to stop.
        full: memory ran out in a process of this run, so that the gradient is not whole.
    """

    loss: float
    weight: float
    positions: int
    operations: int
    norm: float
    stop: bool
    full: bool


def take(net: Network, sequences: list[Encoded], tuned: Tuned, recipe: Recipe, turn: Turn) -> Outcome:
    """Leave the step's gradient, clipped, on the parameters.

    Each process computes its share of the passes, and the gradients are summed, so that the number of processes
    changes nothing, but for dropout where its masks are independent. Dropout is seeded by the step's number.

    Args:
        net: the base with its adapter.
        sequences: the step's examples.
        tuned: the base with its adapter.
        recipe: layout, clipping, seed.
        turn: number and budget of the step.
    """
    state = PartialState()
    torch.manual_seed(mixed(recipe.seed, turn.number, state.process_index))
    for parameter in tuned.parameters.values():
        parameter.grad = torch.zeros_like(parameter)
    before = net.positions
    plan = lay_out(sequences, recipe.layout, turn.budget, net.work)
    loss, full = torch.zeros((), device=net.device), False
    try:
        for micro in plan.micros[state.process_index :: state.num_processes]:
            loss += _backward(net, micro, tuned, recipe, turn.number)
    except Full:
        full = True
    if net.device.type == "cuda" and full:
        torch.cuda.empty_cache()
    found = [loss.double(), *(loss.new_tensor(flag).double() for flag in (net.positions - before, turn.stop, full))]
    sums = _over_processes(torch.stack(found))
    weight = float(sum(sequence.weights.sum(dtype="float64") for sequence in sequences))
    return Outcome(
        loss=sums[0].item(),
        weight=weight,
        positions=int(sums[1]),
        operations=tuned.passes * plan.operations,
        norm=_settle(tuned.parameters, weight, recipe.max_grad_norm),
        stop=bool(sums[2]),
        full=bool(sums[3]),
    )


def _backward(net: Network, micro: Micro, tuned: Tuned, recipe: Recipe, step: int) -> Tensor:
    """() the loss of one pass, whose gradient is added up on the parameters.

    Raises:
        Full: memory ran out.
    """
    if tuned.positions:
        tuned.positions.keys = on_device(net, position_keys(micro, recipe.seed, step))
    with memory_watched():
        part = _nll(net, micro)
        # The sum, not the mean, goes back: small gradients keep their digits in half precision.
        part.backward()  # type: ignore[no-untyped-call]
    return part.detach()


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
