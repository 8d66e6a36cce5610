"""A loaded base made ready for what its recipe trains."""

import os
import shutil
import warnings
from dataclasses import replace
from functools import partial

from torch.utils.checkpoint import checkpoint
from transformers.modeling_layers import GradientCheckpointingLayer

from tehon.engine.load import LoadedModel
from tehon.engine.network import Network
from tehon.errors import UsageError
from tehon.records.tuning import Recipe
from tehon.tune import full, lora
from tehon.tune.tuned import Tuned


class RandomBase(UserWarning):
    """Adapters on random weights, which nobody can load again."""


def begin(model: LoadedModel, recipe: Recipe) -> Tuned:
    """The base with adapters, or with all of its weights to be trained; the model is changed in place.

    Raises:
        TargetsMissing: a target of LoRA is not in this model.
        UsageError: the recipe asks for a compiler that is not there.
    """
    return _with_layers(_begun(model, recipe), model.network, recipe)


def _begun(model: LoadedModel, recipe: Recipe) -> Tuned:
    if recipe.lora is None:
        return full.free(model.network, recipe)
    if recipe.init == "config":
        said = f"recipe {recipe.name}: adapters on random weights fit no model that could be loaded again"
        warnings.warn(f"{said}. Leave [lora] out to train every weight", RandomBase, stacklevel=3)
    return lora.add(model.network, recipe, recipe.lora)


def _with_layers(tuned: Tuned, net: Network, recipe: Recipe) -> Tuned:
    """The same, its layers compiled, or made to forget what lies in them, where the recipe asks for that.

    Raises:
        UsageError: there is no compiler.
    """
    compiler = os.environ.get("CXX", "g++")
    if recipe.compile and net.device.type == "cpu" and not shutil.which(compiler):
        problem = f"compile must find a C++ compiler, but there is no {compiler}"
        raise UsageError(f"recipe {recipe.name}", problem, "Install g++, or set compile = false")
    for layer in [module for module in net.body.modules() if isinstance(module, GradientCheckpointingLayer)]:
        if recipe.activation_checkpointing:
            layer.forward = partial(checkpoint, layer.forward, use_reentrant=False)
        if recipe.compile:
            # Rows have any length.
            layer.compile(dynamic=True)
    return replace(tuned, recomputed=recipe.activation_checkpointing)
