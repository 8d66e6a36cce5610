"""Weights, gradient and optimiser divided among processes by FSDP2; each layer is put together while it computes.

Source: Zhao et al. 2023, PyTorch FSDP (arXiv 2304.11277), in its second form, `torch.distributed.fsdp.fully_shard`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import torch
from accelerate import PartialState
from torch import Tensor
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.optim import AdamW

from tehon.engine.network import Network
from tehon.records.tuning import Recipe
from tehon.tune.loss import Loss
from tehon.tune.processes import summed
from tehon.tune.together import Together
from tehon.tune.tuned import Tuned, parameter_groups


class Fsdp(Together):
    """See `tehon.tune.spread.Spread`. The model may lie on the processor; its parts go to the device one by one."""

    def __init__(self, net: Network, tuned: Tuned, recipe: Recipe) -> None:
        """Divide the model, each layer by itself, and what is left as one."""
        super().__init__(net, tuned, recipe)
        self._loss = Loss(net, tuned, recipe.seed, self._guard)
        self._processes = PartialState().num_processes
        device = PartialState().device
        mesh = init_device_mesh(device.type, (self._processes,))
        for layer in self._guard.hold_all(net.body):
            fully_shard(layer, mesh=mesh)
        fully_shard(self._loss, mesh=mesh)
        net.device = device
        # Dividing puts new parameters in the places of the old.
        self._parameters = {name: tuned.model.get_parameter(name) for name in self.names}
        groups = parameter_groups(replace(tuned, parameters=self._parameters), recipe)
        self._optimiser = AdamW(groups, lr=recipe.learning_rate)

    def whole(self, kind: str, name: str) -> Tensor:
        """A parameter, or one of its moments, put together from all processes."""
        value: Tensor = _part(self._own(kind, self._parameters[name])).full_tensor()
        return value

    def remember(self, kind: str, name: str, value: Tensor) -> None:
        """Take over this process's part of a moment."""
        parameter = self._parameters[name]
        like = _part(parameter)
        part = distribute_tensor(value, like.device_mesh, like.placements, src_data_rank=None)
        self._optimiser.state[parameter][kind] = part

    def _tried(self, compute: Callable[[], Tensor]) -> Tensor:
        # The guard is within: here nobody may leave.
        return compute()

    def _summed(self, gradient: Tensor) -> Tensor:
        # FSDP has taken the mean.
        total: Tensor = _part(gradient) * self._processes
        return total

    def _norm(self, gradients: Iterable[Tensor]) -> Tensor:
        squares = torch.stack([_part(gradient).to_local().square().sum() for gradient in gradients])
        norm: Tensor = summed(squares.sum()).sqrt()
        return norm


def _part(tensor: Tensor) -> DTensor:
    if not isinstance(tensor, DTensor):
        raise TypeError(tensor)
    return tensor
