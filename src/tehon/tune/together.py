"""Every process holds the whole model: each computes its share of a step's passes, and one gradient is summed.

This is data parallelism without a wrapper. Nothing is said within a pass, so a process may leave one where memory runs
out. What is sent is the gradient of what is trained, once a step: of an adapter a few megabytes, where a model divided
among processes would be sent whole, twice a pass.
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from tehon.engine.network import Network
from tehon.records.tuning import Recipe
from tehon.tune.guard import Guard
from tehon.tune.loss import Loss
from tehon.tune.plan import Micro
from tehon.tune.processes import summed
from tehon.tune.spread import WEIGHT, set_rate
from tehon.tune.tuned import Tuned, parameter_groups


class Together:
    """See `tehon.tune.spread.Spread`.

    Attributes:
        passes: forward passes that a forward and backward pass cost.
        names: of the trained parameters.
    """

    def __init__(self, net: Network, tuned: Tuned, recipe: Recipe) -> None:
        """Nothing has moved yet."""
        self.passes, self.names = tuned.passes, tuple(tuned.parameters)
        self._guard, self._parameters, self._limit = Guard(), tuned.parameters, recipe.max_grad_norm
        self._loss = Loss(net, tuned, recipe.seed)
        self._optimiser = AdamW(parameter_groups(tuned, recipe), lr=recipe.learning_rate)

    @property
    def full(self) -> bool:
        """Memory ran out in this process since the last `begin`."""
        return self._guard.full

    def begin(self) -> None:
        """Forget the gradient and a full memory."""
        self._guard.full = False
        for parameter in self._parameters.values():
            parameter.grad = None

    def learn(self, micro: Micro, step: int, *, last: bool) -> Tensor:
        """() the loss of one pass, whose gradient is added to the step's."""
        del last

        def learnt() -> Tensor:
            loss: Tensor = self._loss(micro, step)
            # The sum, not the mean, goes back: small gradients keep their digits in half precision.
            loss.backward()  # type: ignore[no-untyped-call]
            return loss.detach()

        return self._tried(learnt)

    def measure(self, micro: Micro) -> Tensor:
        """() the loss of one pass, without a gradient and without dropout."""
        with torch.no_grad():
            return self._tried(lambda: self._loss(micro, 0))

    def settle(self, weight: float) -> float:
        """Sum the gradient over processes, divide it by `weight`, clip it; its norm before clipping."""
        for parameter in self._parameters.values():
            found = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            parameter.grad = self._summed(found) / weight
        gradients = [parameter.grad for parameter in self._parameters.values() if parameter.grad is not None]
        norm = float(self._norm(gradients))
        if self._limit and norm > self._limit:
            for gradient in gradients:
                gradient.mul_(self._limit / norm)
        return norm

    def move(self, rate: float, weight: float) -> float:
        """One step of the optimiser by the gradient over `weight`, clipped; its norm before clipping."""
        norm = self.settle(weight)
        set_rate(self._optimiser, rate)
        self._optimiser.step()
        return norm

    def whole(self, kind: str, name: str) -> Tensor:
        """A parameter, or one of its moments."""
        return self._own(kind, self._parameters[name])

    def remember(self, kind: str, name: str, value: Tensor) -> None:
        """Take over a moment of a run that is resumed."""
        self._optimiser.state[self._parameters[name]][kind] = value

    def count(self, steps: int) -> None:
        """Take over how many steps that run has made."""
        for parameter in self._parameters.values():
            self._optimiser.state[parameter]["step"] = torch.tensor(float(steps))

    def _own(self, kind: str, parameter: nn.Parameter) -> Tensor:
        own: Tensor = parameter if kind == WEIGHT else self._optimiser.state[parameter][kind]
        return own

    def _tried(self, compute: Callable[[], Tensor]) -> Tensor:
        """What is computed; zero once memory is full."""
        found = self._guard.tried(compute)
        return torch.zeros(()) if found is None else found

    def _summed(self, gradient: Tensor) -> Tensor:
        """Over all processes."""
        return summed(gradient)

    def _norm(self, gradients: Iterable[Tensor]) -> Tensor:
        """() over all gradients as one vector."""
        norms = [torch.linalg.vector_norm(gradient) for gradient in gradients]
        norm: Tensor = torch.linalg.vector_norm(torch.stack(norms))
        return norm
