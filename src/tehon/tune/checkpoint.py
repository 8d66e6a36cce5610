"""Everything a stopped run needs to go on, as one file that is either whole or not there.

A safetensors file: weights and optimiser as tensors, whole, so that any number of processes may go on from it, however
they divide them; the rest as JSON in its header. Order, learning rate and dropout are functions of the step's number,
so that nothing else needs to be kept.
"""

from pathlib import Path
from typing import Any

import msgspec
from safetensors import SafetensorError, safe_open

from tehon.errors import Damaged, OutputTaken
from tehon.records.record import Record
from tehon.tune.spreads import Values
from tehon.tune.tensors import save_tensors

CHECKPOINT = "checkpoint.safetensors"
BEST = "best"
"""Kind of a parameter's value at the lowest loss so far."""
SHOWN = 40
"""Characters of a value in an error."""


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


def save(folder: Path, identity: dict[str, Any], state: State, values: Values) -> None:
    """Write the checkpoint over the last one.

    Args:
        folder: of the run.
        identity: of the run, by the name of each part; a run that differs in one does not go on from it.
        state: how far it is.
        values: what it has become.

    Raises:
        OutOfDisk: there is no room; the last checkpoint stays.
    """
    notes = {"identity": msgspec.json.encode(identity).decode(), "state": msgspec.json.encode(state).decode()}
    save_tensors(folder / CHECKPOINT, values, notes)


def read(folder: Path, identity: dict[str, Any]) -> tuple[State, Values]:
    """The folder's checkpoint; a fresh state and nothing else where there is none.

    Raises:
        OutputTaken: it belongs to another run; what differs is named.
        Damaged: it cannot be read.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        return State(), {}
    try:
        with safe_open(path, "pt") as file:
            notes = file.metadata() or {}
            _check(folder, msgspec.json.decode(notes["identity"], type=dict[str, Any]), identity)
            state = msgspec.json.decode(notes["state"], type=State)
            return state, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, KeyError, RuntimeError, msgspec.DecodeError) as error:
        problem = f"must be a checkpoint of this run, but {error}"
        raise Damaged(str(path), problem, "Delete it and start again") from error


def _check(folder: Path, theirs: dict[str, Any], identity: dict[str, Any]) -> None:
    # As it would come back: JSON has no tuples.
    ours = msgspec.json.decode(msgspec.json.encode(identity), type=dict[str, Any])
    for name in sorted(theirs.keys() | ours.keys()):
        if theirs.get(name) != ours.get(name):
            problem = (
                f"holds an unfinished run whose {name} is {_shown(theirs.get(name))}, not {_shown(ours.get(name))}"
            )
            raise OutputTaken(str(folder), problem, "Choose another --out, or move the folder away")


def _shown(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
