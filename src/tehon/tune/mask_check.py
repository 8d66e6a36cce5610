"""Gives a model its attention kernel, and sees, once on every new device, that packed rows give what padded ones give.

Tests prove it on a processor. A device of another kind computes attention with kernels of its own, and one that ignored
the tree's mask would train a model that sees its own answers, with a loss that looks better than it is.
"""

import warnings
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
import torch
from torch import Tensor

from tehon.engine.load import LoadedModel, load
from tehon.engine.network import Network, attend_with
from tehon.engine.padded import blocks
from tehon.engine.prefix_tree import rows
from tehon.engine.store import cache_root
from tehon.engine.tokens import Encoded
from tehon.records.record import Record
from tehon.records.tuning import Kernel, Layout, Recipe, Sharding
from tehon.storage.atomic import write_bytes
from tehon.storage.manifest import fingerprint, pretty
from tehon.storage.provenance import processor, versions
from tehon.tune.begin import begin
from tehon.tune.corpus import Corpus
from tehon.tune.loss import Loss
from tehon.tune.plan import Micro
from tehon.tune.precision import base_precision
from tehon.tune.processes import summed
from tehon.tune.spreads import divides_weights
from tehon.tune.tuned import Tuned

FOLDER = "masks"
EXAMPLES = 4
WEIGHTS = 4
"""So many of the first and of the last trained weights have their gradients compared: a wrong mask shows in all."""
WIDEST = {torch.float32: 1e-3}
ROUGH = 0.1
"""Relative differences that rounding alone can explain, by type and for all others; an ignored mask gives about 1."""


class MaskIgnored(UserWarning):
    """This device cannot be trusted with packed rows."""


class Difference(Record, kw_only=True):
    """How far packed rows are from padded ones.

    Attributes:
        loss: |difference| over the loss.
        gradient: norm of the difference over the gradient's norm.
    """

    loss: float
    gradient: float


def settle(model: LoadedModel, tuned: Tuned, corpus: Corpus, recipe: Recipe, sharding: Sharding) -> Layout:
    """The recipe's layout, after the model has been given an attention kernel that honours the tree's mask.

    Kernels are tried in turn, the quickest first. Where none of them can be trusted, on any device of this run, the
    layout is `sorted`, which needs no mask. Where weights are divided among processes, a tiny model of the same
    family is tried in place of the base.
    """
    if recipe.layout != "prefix_tree":
        return recipe.layout
    examples = corpus.draw(np.arange(min(EXAMPLES, len(corpus))))
    tried = model
    if divides_weights(sharding):
        tried = load(f"tiny:{model.network.family.name}", precision=base_precision(recipe))
        tuned = begin(tried, recipe)
        known = tried.network.head.out_features
        examples = [Encoded(ids=one.ids % known, weights=one.weights) for one in examples]
    for kernel in _kernels(model.network, recipe):
        attend_with(tried.network, kernel)
        wrong = _what_is_wrong(tried, tuned, recipe, examples)
        if not float(summed(torch.tensor(float(bool(wrong)), device=model.network.device))):
            attend_with(model.network, kernel)
            return recipe.layout
        if wrong:
            instead = "layout sorted, which is exact" if kernel == "sdpa" else "sdpa"
            warnings.warn(f"{_device(model)}, {kernel}: {wrong}. Going on with {instead}", MaskIgnored, stacklevel=3)
    return "sorted"


def _kernels(net: Network, recipe: Recipe) -> Sequence[Kernel]:
    """Which to try, and in which order."""
    if recipe.attention == "auto":
        return ("flex_attention", "sdpa") if net.device.type == "cuda" else ("sdpa",)
    return ("sdpa",) if recipe.attention == "sdpa" else (recipe.attention, "sdpa")


def _what_is_wrong(model: LoadedModel, tuned: Tuned, recipe: Recipe, examples: list[Encoded]) -> str:
    """Empty where packed rows give what padded ones give, as far as rounding lets them."""
    try:
        found = _remembered(model, tuned, recipe, examples)
    except RuntimeError as error:
        # A kernel that is compiled on the spot may find no compiler, or refuse the shapes.
        if model.network.kernel == "sdpa":
            raise
        return f"it does not run: {str(error).strip().splitlines()[0]}"
    widest = WIDEST.get(tuned.compute or model.network.dtype, ROUGH)
    if found.loss <= widest and found.gradient <= widest:
        return ""
    return f"packed rows differ from padded ones by {found.loss:.2g} of the loss, {found.gradient:.2g} of the gradient"


def _remembered(model: LoadedModel, tuned: Tuned, recipe: Recipe, examples: list[Encoded]) -> Difference:
    """What was found on a device like this before, or is found now."""
    kind = {
        "device": _device(model),
        "kernel": model.network.kernel,
        "compiled": recipe.compile,
        "family": model.network.family.name,
        "precision": f"{model.network.dtype} {tuned.compute}",
        "sizes": [model.network.head.in_features, model.network.head.out_features],
    }
    path = cache_root() / FOLDER / f"{fingerprint(kind, versions())[:32]}.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Difference)
    except (FileNotFoundError, msgspec.DecodeError):
        found = difference(model, tuned, recipe, examples)
        write_bytes(path, pretty(found))
        return found


def difference(model: LoadedModel, tuned: Tuned, recipe: Recipe, examples: list[Encoded]) -> Difference:
    """How far packed rows are from padded ones, without dropout."""
    budget = sum(len(one.ids) for one in examples)
    loss, gradient = _measured(model, tuned, recipe, blocks(examples, len(examples) * budget))
    # Not by way of a plan, which takes no tree where little is shared.
    other, other_gradient = _measured(model, tuned, recipe, rows(examples, budget))
    apart = torch.linalg.vector_norm(other_gradient - gradient) / torch.linalg.vector_norm(gradient)
    return Difference(loss=abs(other - loss) / loss, gradient=float(apart))


def _measured(model: LoadedModel, tuned: Tuned, recipe: Recipe, micros: Iterable[Micro]) -> tuple[float, Tensor]:
    net, total = model.network, 0.0
    compute, parameters = Loss(net, tuned, recipe.seed), list(tuned.parameters.values())
    chosen = parameters if len(parameters) <= 2 * WEIGHTS else [*parameters[:WEIGHTS], *parameters[-WEIGHTS:]]
    gradient = torch.zeros(sum(weight.numel() for weight in chosen), device=net.device)
    before = net.positions
    for micro in micros:
        loss = compute(micro, 0)
        found = torch.autograd.grad(loss, chosen)
        gradient += torch.cat([one.flatten() for one in found])
        total += float(loss.detach())
    net.positions = before
    return total, gradient


def _device(model: LoadedModel) -> str:
    device = model.network.device
    return torch.cuda.get_device_name(device) if device.type == "cuda" else processor()
