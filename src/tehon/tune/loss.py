"""One pass through the model as one module, so that whatever spreads a model sees all that takes part in it."""

import numpy as np
import torch
from torch import Tensor, nn

from tehon.engine import forward
from tehon.engine.head import logprobs, weighted_nll
from tehon.engine.network import Network, on_device
from tehon.engine.padded import Block
from tehon.tune.budget import Full
from tehon.tune.dropout import position_keys
from tehon.tune.guard import Guard
from tehon.tune.plan import Micro
from tehon.tune.tuned import Tuned

FILLER = Block(
    ids=np.zeros((1, 1), np.int64),
    source=np.zeros(1, np.int64),
    target=np.zeros(1, np.int64),
    weight=np.zeros(1, np.float64),
)
"""The smallest pass: one position, whose loss weighs nothing."""


class Loss(nn.Module):
    """Σ weight × NLL of one pass, in nats.

    Args:
        net: what computes.
        tuned: what is trained in it.
        seed: of dropout.
        guard: keeps a process that runs out of memory in step with the others; None where none waits for it.
    """

    def __init__(self, net: Network, tuned: Tuned, seed: int, guard: Guard | None = None) -> None:
        """Body and head become modules of this one."""
        super().__init__()
        self.body, self.head = net.body, net.head
        self._net, self._tuned, self._seed, self._guard = net, tuned, seed, guard

    def forward(self, micro: Micro, step: int) -> Tensor:
        """() differentiable; where no gradient is asked for, to the digits that comparing models needs.

        Args:
            micro: what goes through the model.
            step: of the run, which dropout depends on.
        """
        with self._computing():
            hidden, micro = self._hidden(micro, step)
        source, target, weight = (on_device(self._net, part) for part in (micro.source, micro.target, micro.weight))

        def nll(rows: Tensor) -> Tensor:
            if torch.is_grad_enabled():
                return weighted_nll(rows, self.head.weight, source, target, weight.float())
            return -(logprobs(rows, self.head.weight, source, target).logprob.double() * weight).sum()

        if self._guard is None:
            return nll(hidden)
        return self._guard.run(nll, hidden, self.head, lambda: torch.zeros((), device=hidden.device))

    def _computing(self) -> torch.autocast:
        """Products of a training pass in their own type; each weight takes part once, so that no copy need be kept."""
        compute, learning = self._tuned.compute, torch.is_grad_enabled()
        return torch.autocast(
            self._net.device.type, compute, enabled=learning and compute is not None, cache_enabled=False
        )

    def _hidden(self, micro: Micro, step: int) -> tuple[Tensor, Micro]:
        """(positions, width) hidden states, and of what: of the filler where memory ran out before the first layer.

        Raises:
            Full: it ran out elsewhere.
        """
        if self._guard is None:
            return self._read(micro, step), micro
        self._guard.entered = False
        found = self._guard.tried(lambda: self._read(micro, step))
        if found is not None:
            return found, micro
        if self._guard.entered:
            raise Full
        return self._read(FILLER, step), FILLER

    def _read(self, micro: Micro, step: int) -> Tensor:
        net = self._net
        if self._tuned.positions:
            self._tuned.positions.keys = on_device(net, position_keys(micro, self._seed, step))
        return forward.padded(net, micro.ids).flatten(0, 1) if isinstance(micro, Block) else forward.packed(net, micro)
