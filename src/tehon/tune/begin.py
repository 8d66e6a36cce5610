"""A loaded base made ready for what its recipe trains."""

import warnings

from tehon.engine.load import LoadedModel
from tehon.records.tuning import Recipe
from tehon.tune import full, lora
from tehon.tune.tuned import Tuned


class RandomBase(UserWarning):
    """Adapters on random weights, which nobody can load again."""


def begin(model: LoadedModel, recipe: Recipe) -> Tuned:
    """The base with adapters, or with all of its weights to be trained; the model is changed in place.

    Raises:
        TargetsMissing: a target of LoRA is not in this model.
    """
    if recipe.lora is None:
        return full.free(model.network, recipe)
    if recipe.init == "config":
        said = f"recipe {recipe.name}: adapters on random weights fit no model that could be loaded again"
        warnings.warn(f"{said}. Leave [lora] out to train every weight", RandomBase, stacklevel=3)
    return lora.add(model.network, recipe, recipe.lora)
