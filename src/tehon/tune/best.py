"""The weights with the lowest loss on the held-back examples so far, and whether it is time to stop."""

import msgspec

from tehon.records.tuning import Recipe
from tehon.tune.checkpoint import State


def noted(state: State, loss: float, recipe: Recipe) -> State:
    """The state after one validation.

    Args:
        state: after the step that was validated.
        loss: mean NLL per scored token.
        recipe: when to stop.
    """
    if state.best_loss is None or loss < state.best_loss:
        return msgspec.structs.replace(state, best_loss=loss, best_step=state.step, validations_since_best=0)
    waited = state.validations_since_best + 1
    over = bool(recipe.patience) and waited >= recipe.patience
    return msgspec.structs.replace(state, validations_since_best=waited, stopped_early=over)
