"""The learning rate as a function of the step, so that a resumed run needs no scheduler state."""

from math import cos, pi

from tehon.records.tuning import Recipe


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """The learning rate of one step.

    It rises linearly over `warmup_steps`, reaches the peak there, and then falls to zero just after the last step on
    a line or a half cosine, or stays.

    Args:
        recipe: peak, warm-up and schedule.
        step: counted from 0.
        steps: in the whole run.
    """
    if step < recipe.warmup_steps:
        return recipe.learning_rate * (step + 1) / (recipe.warmup_steps + 1)
    done = (step - recipe.warmup_steps) / max(1, steps - recipe.warmup_steps)
    factor = {"linear": 1 - done, "cosine": (1 + cos(pi * done)) / 2, "constant": 1.0}[recipe.schedule]
    return recipe.learning_rate * factor
