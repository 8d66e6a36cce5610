"""How a run lies on its processes: what the loop asks of whatever divides it among them."""

from typing import Protocol

from torch import Tensor
from torch.optim import Optimizer

from tehon.tune.plan import Micro

WEIGHT = "weight"
MOMENTS = ("exp_avg", "exp_avg_sq")
"""What AdamW keeps of each parameter."""


class Spread(Protocol):
    """A model and its optimiser on the processes of a run. Every method is called by all of them together.

    Attributes:
        passes: forward passes that a forward and backward pass cost.
        names: of the trained parameters.
    """

    passes: int
    names: tuple[str, ...]

    @property
    def full(self) -> bool:
        """Memory ran out in this process since the last `begin`."""
        ...

    def begin(self) -> None:
        """Forget the gradient and a full memory."""
        ...

    def learn(self, micro: Micro, step: int, *, last: bool) -> Tensor:
        """() the loss of one pass, whose gradient is added to the step's.

        Raises:
            Full: memory ran out where this process cannot keep in step with the others.
        """
        ...

    def measure(self, micro: Micro) -> Tensor:
        """() the loss of one pass, without a gradient and without dropout."""
        ...

    def move(self, rate: float, weight: float) -> float:
        """One step of the optimiser by the gradient over `weight`, clipped; its norm before clipping."""
        ...

    def whole(self, kind: str, name: str) -> Tensor:
        """A parameter, or one of its moments, put together from all processes."""
        ...

    def remember(self, kind: str, name: str, value: Tensor) -> None:
        """Take over a moment of a run that is resumed; every process gives all of it and keeps its part."""
        ...

    def count(self, steps: int) -> None:
        """Take over how many steps that run has made."""
        ...


def set_rate(optimiser: Optimizer, rate: float) -> None:
    """Give every group of parameters its share of the step's learning rate."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group["ratio"]
