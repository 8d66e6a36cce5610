"""A process whose memory runs out stays in step: it computes zeros, and asks for as many gradients."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from tehon.tune.guard import Guard

ASKED = 2**50
"""Numbers that no machine holds: asking for them is a real failure to get memory."""


class Exhausting(torch.autograd.Function):
    """Fails to get memory when its gradient is asked for."""

    @staticmethod
    def forward(ctx: object, tensor: Tensor) -> Tensor:
        del ctx
        return tensor.clone()

    @staticmethod
    def backward(ctx: object, *gradients: Tensor) -> Tensor:
        del ctx
        return gradients[0] * torch.empty(ASKED).sum()


@pytest.fixture
def layer() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(4, 4)


def through(guard: Guard, layer: nn.Linear, compute: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
    """What comes out, and the gradient of what went in."""
    rows = torch.ones(3, 4, requires_grad=True)
    out = guard.run(compute, rows * 2, layer, lambda: torch.zeros(3, 4))
    out.square().sum().backward()  # type: ignore[no-untyped-call]
    assert rows.grad is not None
    return out.detach(), rows.grad


def test_where_memory_suffices_nothing_is_changed(layer: nn.Linear) -> None:
    rows = torch.ones(3, 4, requires_grad=True)
    layer(rows * 2).square().sum().backward()
    wanted = [parameter.grad.clone() for parameter in layer.parameters() if parameter.grad is not None]
    layer.zero_grad()
    guard = Guard()
    out, gradient = through(guard, layer, layer)
    assert not guard.full
    assert torch.equal(out, layer(torch.full((3, 4), 2.0)).detach())
    assert rows.grad is not None
    assert torch.equal(gradient, rows.grad)
    found = [parameter.grad for parameter in layer.parameters() if parameter.grad is not None]
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(found, wanted, strict=True))


@pytest.mark.parametrize("where", ["forward", "backward"])
def test_where_it_does_not_all_gradients_come_as_zeros(where: str, layer: nn.Linear) -> None:
    def compute(rows: Tensor) -> Tensor:
        if where == "forward":
            asked: Tensor = layer(rows) + torch.empty(ASKED).sum()
            return asked
        spent: Tensor = Exhausting.apply(layer(rows))  # type: ignore[no-untyped-call]
        return spent

    guard = Guard()
    out, gradient = through(guard, layer, compute)
    assert guard.full
    assert bool(out.any()) == (where == "backward")
    assert not gradient.any()
    assert all(parameter.grad is not None and not parameter.grad.any() for parameter in layer.parameters())


def test_once_full_nothing_is_computed_until_that_is_taken_back(layer: nn.Linear) -> None:
    guard = Guard()
    guard.full = True
    out, _ = through(guard, layer, layer)
    assert not out.any()
    guard.full = False
    out, _ = through(guard, layer, layer)
    assert out.any()


def test_an_error_of_another_kind_is_not_swallowed(layer: nn.Linear) -> None:
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        Guard().run(lambda rows: layer(rows.T), torch.ones(3, 4), layer, lambda: torch.zeros(3, 4))
