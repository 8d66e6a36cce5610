"""Everything a stopped run needs to go on, as one file that is either whole or not there.

A safetensors file: adapter and optimiser as tensors, the rest as JSON in its header. Order, learning rate and dropout
are functions of the step's number, so that nothing else needs to be kept.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.optim import Optimizer

from tehon.errors import Damaged, OutputTaken
from tehon.records.record import Record
from tehon.storage.atomic import atomic_path
from tehon.tune.tuned import Parameters

CHECKPOINT = "checkpoint.safetensors"
MOMENTS = ("step", "exp_avg", "exp_avg_sq")
"""What AdamW keeps of each parameter."""


class State(Record):
    """How far a run is.

    Attributes:
        step: finished steps.
        budget: positions in one pass, at most; 0 before the run begins.
        positions: computed so far, padding included.
        operations: floating-point operations so far.
        tokens: of the examples drawn so far, repetitions counted.
        scored_tokens: those of them with a loss.
        window_loss: weighted loss since the last line of the curve.
        window_weight: its weight.
        first_loss: of the first line of the curve; None before it.
        last_loss: of the last line.
        best_loss: the lowest on the held-back examples so far; None before the first validation.
        best_step: finished steps then.
        validations_since_best: that found no lower loss.
        stopped_early: the run's patience is over.
    """

    step: int = 0
    budget: int = 0
    positions: int = 0
    operations: int = 0
    tokens: int = 0
    scored_tokens: int = 0
    window_loss: float = 0.0
    window_weight: float = 0.0
    first_loss: float | None = None
    last_loss: float | None = None
    best_loss: float | None = None
    best_step: int = 0
    validations_since_best: int = 0
    stopped_early: bool = False


@dataclass(frozen=True, slots=True)
class Moving:
    """Everything that a step changes, beside the state.

    Attributes:
        parameters: the adapter.
        optimiser: with its moments.
        best: parameter -> its best value; empty where the best is not kept.
    """

    parameters: Parameters
    optimiser: Optimizer
    best: dict[str, Tensor]


def save(folder: Path, identity: str, state: State, moving: Moving) -> None:
    """Write the checkpoint over the last one.

    Args:
        folder: of the run.
        identity: of the run; another run does not go on from it.
        state: how far it is.
        moving: what it has become.
    """
    parameters, optimiser = moving.parameters, moving.optimiser
    tensors = {f"weight/{name}": parameter.detach() for name, parameter in parameters.items()}
    tensors |= {f"best/{name}": value for name, value in moving.best.items()}
    for name, parameter in parameters.items():
        for moment in MOMENTS:
            tensors[f"{moment}/{name}"] = optimiser.state[parameter][moment]
    notes = {"identity": identity, "state": msgspec.json.encode(state).decode()}
    with atomic_path(folder / CHECKPOINT) as partial:
        save_file({name: tensor.cpu().contiguous() for name, tensor in tensors.items()}, partial, notes)


def restore(folder: Path, identity: str, moving: Moving) -> State:
    """Put the folder's checkpoint into what moves; a fresh state where there is none.

    Raises:
        OutputTaken: it belongs to another run.
        Damaged: it cannot be read.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        return State()
    try:
        with safe_open(path, "pt") as file:
            notes = file.metadata() or {}
            if notes.get("identity") != identity:
                problem = "holds an unfinished run of another recipe, base or release"
                raise OutputTaken(str(folder), problem, "Choose another --out, or move the folder away")
            state = msgspec.json.decode(notes["state"], type=State)
            for name, parameter in moving.parameters.items():
                with torch.no_grad():
                    parameter.copy_(file.get_tensor(f"weight/{name}"))
                moving.optimiser.state[parameter] = {
                    moment: file.get_tensor(f"{moment}/{name}").to(_place(moment, parameter)) for moment in MOMENTS
                }
                if f"best/{name}" in file.keys():  # noqa: SIM118 - safetensors gives no mapping
                    moving.best[name] = file.get_tensor(f"best/{name}").to(parameter.device)
    except (SafetensorError, KeyError, RuntimeError, msgspec.DecodeError) as error:
        raise Damaged(
            str(path), f"must be a checkpoint of this run, but {error}", "Delete it and start again"
        ) from error
    return state


def _place(moment: str, parameter: torch.nn.Parameter) -> torch.device:
    """AdamW keeps its step counters on the processor."""
    return torch.device("cpu") if moment == "step" else parameter.device
