"""The gradient of one step: Σ weight × ∇NLL over all its tokens, divided by all their weight, however it is cut up."""

from typing import NamedTuple

import torch
from accelerate import PartialState

from tehon.engine.network import Network
from tehon.engine.tokens import Encoded
from tehon.errors import OutOfMemory
from tehon.records.tuning import Recipe
from tehon.tune.budget import Full, memory_watched
from tehon.tune.deal import lay_out_for, share
from tehon.tune.order import mixed
from tehon.tune.plan import Micro
from tehon.tune.processes import summed
from tehon.tune.spread import Spread


class Turn(NamedTuple):
    """What one step of a run asks for.

    Attributes:
        number: of the step.
        budget: positions in one pass, at most.
        stop: this process was asked to stop.
        save: a checkpoint is due.
    """

    number: int
    budget: int
    stop: bool = False
    save: bool = False


class Outcome(NamedTuple):
    """What a step found; the same in every process.

    Attributes:
        loss: Σ weight × NLL in nats.
        weight: Σ weight.
        positions: that were computed, padding included.
        operations: floating-point operations, forward and backward.
        stop: a process of this run was asked to stop.
        save: a checkpoint is due.
        full: memory ran out in a process of this run, so that the gradient is not whole.
    """

    loss: float
    weight: float
    positions: int
    operations: int
    stop: bool
    save: bool
    full: bool


def take(net: Network, spread: Spread, sequences: list[Encoded], recipe: Recipe, turn: Turn) -> Outcome:
    """Leave the step's gradient where the spread can move by it.

    Each process computes its share of the passes, so that the number of processes changes nothing, but for dropout
    where its masks are independent. Dropout is seeded by the step's number.

    Args:
        net: the base with its adapter.
        spread: how it lies on the processes.
        sequences: the step's examples.
        recipe: layout and seed.
        turn: number and budget of the step.
    """
    state = PartialState()
    torch.manual_seed(mixed(recipe.seed, turn.number, state.process_index))
    plan = lay_out_for(sequences, recipe.layout, turn.budget, net.work, state.num_processes)
    mine = share(plan, net.work, state.process_index, state.num_processes)
    spread.begin()
    loss = torch.zeros((), dtype=torch.float64, device=net.device)
    for number, micro in enumerate(mine, start=1):
        loss += _learnt(spread, micro, turn.number, last=number == len(mine))
    flags = (loss.new_tensor(float(flag)) for flag in (turn.stop, turn.save, spread.full))
    sums = summed(torch.stack([loss, *flags])).tolist()
    return Outcome(
        loss=sums[0],
        weight=float(sum(sequence.weights.sum(dtype="float64") for sequence in sequences)),
        positions=plan.positions,
        operations=spread.passes * plan.operations,
        stop=bool(sums[1]),
        save=bool(sums[2]),
        full=bool(sums[3]),
    )


def _learnt(spread: Spread, micro: Micro, step: int, *, last: bool) -> torch.Tensor:
    """() the loss of one pass.

    Raises:
        OutOfMemory: it ran out where the others cannot be told; their launcher ends them.
    """
    try:
        with memory_watched():
            return spread.learn(micro, step, last=last)
    except Full as error:
        problem = "memory must hold what lies between the layers of a pass, but does not"
        raise OutOfMemory("token_budget", problem, "Set token_budget to half of what it was") from error
