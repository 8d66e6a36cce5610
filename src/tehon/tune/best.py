"""The adapter with the lowest loss on the held-back examples so far, and whether it is time to stop."""

import msgspec
import torch
from torch import Tensor

from tehon.records.tuning import Recipe
from tehon.tune.checkpoint import State
from tehon.tune.tuned import Parameters

Snapshot = dict[str, Tensor]


def noted(state: State, loss: float, recipe: Recipe, parameters: Parameters, best: Snapshot) -> State:
    """The state after one validation; `best` holds a copy of the parameters where they are the best so far.

    Args:
        state: after the step that was validated.
        loss: mean NLL per scored token.
        recipe: what is kept, and when to stop.
        parameters: the adapter.
        best: parameter -> its best value; filled only where the best is kept.
    """
    better = state.best_loss is None or loss < state.best_loss
    if not better:
        waited = state.validations_since_best + 1
        over = bool(recipe.patience) and waited >= recipe.patience
        return msgspec.structs.replace(state, validations_since_best=waited, stopped_early=over)
    if recipe.keep == "best":
        best.update({name: parameter.detach().clone() for name, parameter in parameters.items()})
    return msgspec.structs.replace(state, best_loss=loss, best_step=state.step, validations_since_best=0)


def restore(parameters: Parameters, best: Snapshot) -> None:
    """Put the best values back; nothing where none are kept."""
    with torch.no_grad():
        for name, value in best.items():
            parameters[name].copy_(value)
