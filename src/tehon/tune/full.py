"""Every weight of the text model trained, as the authors' code does where a recipe has no LoRA.

Weights, gradient and AdamW's two moments are kept in fp32: 16 bytes a weight, 112 GB for 7 billion. Products compute in
the recipe's precision.
"""

import torch

from tehon.engine.device import best_device, dtype_for
from tehon.engine.network import Network
from tehon.records.tuning import Recipe
from tehon.tune.tuned import Tuned


def free(net: Network, recipe: Recipe) -> Tuned:
    """The base with every weight below and in its head to be trained; an image encoder beside it stays as it is.

    Args:
        net: the base in fp32, changed in place.
        recipe: its precision is that of the products.
    """
    text = {id(parameter) for part in (net.body, net.head) for parameter in part.parameters()}
    # A head that is the embedding's matrix is named once.
    parameters = {name: parameter for name, parameter in net.model.named_parameters() if id(parameter) in text}
    for parameter in parameters.values():
        parameter.requires_grad_()
    compute = dtype_for(recipe.precision, best_device())
    return Tuned(
        model=net.model,
        parameters=parameters,
        whole=True,
        compute=None if compute == torch.float32 else compute,
    )
