"""Keeps a process that runs out of memory in step with the others.

Where a model is spread over processes, each layer waits for the others twice in a pass: for its weights, and for what
becomes of their gradient. A process that left in the middle would leave the others waiting. Here a layer computes in a
graph of its own. Where memory runs out in it, forward or backward, the process goes on with zeros in the place of what
it could not compute, keeps every appointment, and says so in the end, when all throw the step away together.
"""

import gc
from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from transformers.modeling_layers import GradientCheckpointingLayer

from tehon.tune.budget import Full, memory_watched

T = TypeVar("T")
Compute = Callable[[Tensor], Tensor]
Empty = Callable[[], Tensor]
Graph = tuple[list[Tensor], Tensor]
"""What a layer was given, and what came of it."""
HIDDEN = 3
"""The place of the hidden states among what autograd is given."""


class Guard:
    """Watches one process's memory.

    Attributes:
        full: it ran out; nothing is computed until this is taken back.
        entered: a layer has begun in this pass.
        graphs: what layers have computed, until their gradient is asked for, or memory is full.
    """

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self.full = False
        self.entered = False
        self.graphs: dict[int, Graph] = {}

    def hold_all(self, body: nn.Module) -> list[GradientCheckpointingLayer]:
        """The layers of a model, each guarded from now on, and so is the norm behind them."""
        layers = [module for module in body.modules() if isinstance(module, GradientCheckpointingLayer)]
        behind = [child for child in body.children() if not isinstance(child, nn.ModuleList | nn.Embedding)]
        for module in (*layers, *(child for child in behind if list(child.parameters()))):
            self._hold(module)
        return layers

    def _hold(self, module: nn.Module) -> None:
        """Guard everything that a module computes; the hooks around it are called as before."""
        inner = module.forward

        def held(hidden: Tensor, *arguments: Any, **options: Any) -> Tensor:  # noqa: ANN401 - the module's own
            self.entered = True
            return self.run(
                lambda rows: inner(rows, *arguments, **options), hidden, module, lambda: torch.zeros_like(hidden)
            )

        module.forward = held

    def run(self, compute: Compute, hidden: Tensor, module: nn.Module, empty: Empty) -> Tensor:
        """What `compute` gives, or what `empty` gives where memory is full.

        Args:
            compute: hidden states to a tensor, with no trained parameters but those of `module`.
            hidden: what goes in.
            module: whose parameters take part.
            empty: zeros in the shape of the result.
        """
        if torch.is_grad_enabled():
            trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
            result: Tensor = _Held.apply(self, compute, empty, hidden, *trained)  # type: ignore[no-untyped-call]
            return result
        found = self.tried(lambda: compute(hidden))
        return empty() if found is None else found

    def tried(self, compute: Callable[[], T]) -> T | None:
        """What `compute` gives; None where memory is, or becomes, full."""
        if self.full:
            return None
        try:
            with memory_watched():
                return compute()
        except Full:
            self.full = True
            # Nobody will ask for these gradients any more, and the zeros in their place need room.
            self.graphs.clear()
        # What an error's frames hold in circles, and what was set aside in pieces of the wrong size.
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        return None


class _Held(torch.autograd.Function):
    """A computation in a graph of its own, whose gradient is asked for when its turn comes."""

    @staticmethod
    def forward(ctx: Any, guard: Guard, compute: Compute, empty: Empty, hidden: Tensor, *trained: Tensor) -> Tensor:  # noqa: ANN401 - autograd's own form
        inputs = (hidden, *trained)
        ctx.guard = guard
        ctx.places = [place for place, needed in enumerate(ctx.needs_input_grad[HIDDEN:]) if needed]
        # What the zeros would look like; a tensor kept here would keep weights that are given back after each layer.
        ctx.likes = [(inputs[place].shape, inputs[place].dtype, inputs[place].device) for place in ctx.places]

        def computed() -> tuple[Tensor, Tensor]:
            with torch.enable_grad():
                inside = hidden.detach().requires_grad_(ctx.needs_input_grad[HIDDEN])
                return inside, compute(inside)

        found = guard.tried(computed)
        if found is None:
            return empty()
        inside, outside = found
        if outside.requires_grad:
            guard.graphs[id(ctx)] = ([(inside, *trained)[place] for place in ctx.places], outside)
        return outside.detach()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401 - autograd's own form
        found = ctx.guard.tried(lambda: _gradients(ctx.guard.graphs.pop(id(ctx), None), gradients[0]))
        given: list[Tensor | None] = [None] * len(ctx.needs_input_grad)
        for number, place in enumerate(ctx.places):
            shape, dtype, device = ctx.likes[number]
            # Zeros where none came, so that every process gives as many.
            own = found[number] if found else None
            given[HIDDEN + place] = torch.zeros(shape, dtype=dtype, device=device) if own is None else own
        return tuple(given)


def _gradients(graph: Graph | None, gradient: Tensor) -> tuple[Tensor | None, ...]:
    if graph is None:
        return ()
    inputs, outside = graph
    found: tuple[Tensor | None, ...] = torch.autograd.grad(outside, inputs, gradient, allow_unused=True)
    return found
