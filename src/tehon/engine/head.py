"""Hidden states to log-likelihoods, only where a token is scored, never as one (positions, vocabulary) tensor."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

import torch
from torch import Tensor

TILE_ON_PROCESSOR, TILE_ON_ACCELERATOR = 1 << 21, 1 << 26
"""Logits in memory at once: products like many rows, a processor's cache likes few."""
LEAST_WIDTH = 1024
"""Columns of a tile, however many rows there are."""


class Scores(NamedTuple):
    """What the head says about each edge.

    Attributes:
        logprob: (edges,) log p(target | prefix) in nats, fp32.
        greedy: (edges,) no other token is more likely.
    """

    logprob: Tensor
    greedy: Tensor


def logprobs(hidden: Tensor, head: Tensor, source: Tensor, target: Tensor) -> Scores:
    """Log-likelihoods in fp32, whatever the model's own type: bf16 logits are too coarse to compare choices.

    Args:
        hidden: (nodes, width).
        head: (vocabulary, width).
        source: (edges,) the node that predicts.
        target: (edges,) the predicted token.
    """
    nodes, node_of = torch.unique(source, return_inverse=True)
    picked = hidden[nodes]
    top = torch.full((len(nodes), 1), -torch.inf, device=hidden.device)
    mass = torch.zeros_like(top)
    own = torch.empty(len(source), device=hidden.device)
    # Numbers of another type are copied as fp32 on a processor, so that it is their copy which must fit its cache.
    most = max(1, TILE_ON_PROCESSOR // hidden.shape[1]) if _copied(head) else len(head)
    for tile, edges in _tiles(head, target, len(nodes), most):
        logits = _exact(picked, head[tile])
        own[edges] = logits[node_of[edges], target[edges] - tile.start]
        before, top = top, torch.maximum(top, logits.amax(dim=1, keepdim=True))
        mass = mass * (before - top).exp_() + logits.sub_(top).exp_().sum(dim=1, keepdim=True)
    total = top + mass.log()
    return Scores(logprob=own - total[node_of, 0], greedy=own >= top[node_of, 0])


def _copied(head: Tensor) -> bool:
    return head.dtype != torch.float32 and head.device.type == "cpu"


def _exact(rows: Tensor, tile: Tensor) -> Tensor:
    """(rows, columns) their product in fp32, which holds that of two bf16 numbers without rounding."""
    if rows.dtype == torch.float32:
        return rows @ tile.T
    if rows.device.type == "cuda":
        return torch.mm(rows, tile.T, out_dtype=torch.float32)
    with _in_bf16() if rows.dtype == torch.bfloat16 else nullcontext():
        return rows.float() @ tile.float().T


@contextmanager
def _in_bf16() -> Iterator[None]:
    """Lets a processor multiply fp32 numbers as bf16, which loses nothing of those that were bf16, and add in fp32."""
    products = torch.backends.mkldnn.matmul  # type: ignore[attr-defined]
    before = products.fp32_precision
    products.fp32_precision = "bf16"
    try:
        yield
    finally:
        products.fp32_precision = before


class _WeightedNll(torch.autograd.Function):
    """Σ weight × NLL over the edges; its gradient is taken in the same pass, so that no logits are kept or redone.

    The gradient in a hidden state is Σ p × head − head[target], weighted. The sum goes over the vocabulary as softmax
    does, tile by tile with a running maximum, so that a tile's logits are gone before they leave the cache.

    Source: Milakov and Gimelshein 2018, arXiv 1805.02867 (the running maximum).
    """

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, head: Tensor, source: Tensor, target: Tensor, weight: Tensor) -> Tensor:  # noqa: ANN401 - autograd's own form
        nodes, node_of = torch.unique(source, return_inverse=True)
        rows = hidden[nodes]
        found = _streamed(rows, head, node_of, target)
        loss = ((found.total[node_of, 0] - found.own) * weight).sum(dtype=torch.float64)
        mass = torch.zeros(len(nodes), 1, device=hidden.device).index_add_(0, node_of, weight[:, None])
        slope = (found.mean * mass).index_add_(0, node_of, head[target].float() * -weight[:, None])
        gradient = torch.zeros_like(hidden)
        gradient[nodes] = slope.to(hidden.dtype)
        head_gradient = None
        if ctx.needs_input_grad[1]:
            head_gradient = torch.empty_like(head)
            for tile, edges in _tiles(head, target, len(rows), len(head)):
                slopes = (rows @ head[tile].T).float().sub_(found.total).exp_().mul_(mass)
                slopes.index_put_((node_of[edges], target[edges] - tile.start), -weight[edges], accumulate=True)
                head_gradient[tile] = slopes.to(head.dtype).T @ rows
        ctx.save_for_backward(gradient, head_gradient)
        return loss.to(torch.float32)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401 - autograd's own form
        scale = gradients[0]
        first, second = (None if found is None else found * scale.to(found.dtype) for found in ctx.saved_tensors)
        return first, second, None, None, None


class _Streamed(NamedTuple):
    """What one way through the vocabulary leaves behind, in fp32.

    Attributes:
        own: (edges,) the target's logit.
        total: (rows, 1) log Σ exp of all logits.
        mean: (rows, width) Σ p × head.
    """

    own: Tensor
    total: Tensor
    mean: Tensor


def _streamed(rows: Tensor, head: Tensor, node_of: Tensor, target: Tensor) -> _Streamed:
    own = torch.empty(len(target), device=rows.device)
    mean = torch.zeros(rows.shape, device=rows.device)
    top = torch.full((len(rows), 1), -torch.inf, device=rows.device)
    mass = torch.zeros_like(top)
    for tile, edges in _tiles(head, target, len(rows), len(head)):
        logits = (rows @ head[tile].T).float()
        own[edges] = logits[node_of[edges], target[edges] - tile.start]
        before, top = top, torch.maximum(top, logits.amax(dim=1, keepdim=True))
        shares = logits.sub_(top).exp_()
        fading = (before - top).exp_()
        mass.mul_(fading).add_(shares.sum(dim=1, keepdim=True))
        mean.mul_(fading).add_(shares.to(head.dtype) @ head[tile])
    return _Streamed(own=own, total=top + mass.log(), mean=mean.div_(mass))


def _tiles(head: Tensor, target: Tensor, rows: int, most: int) -> Iterator[tuple[slice, Tensor]]:
    """Stretches of the vocabulary of at most so many columns, each with the edges whose target lies in it."""
    logits = TILE_ON_PROCESSOR if head.device.type == "cpu" else TILE_ON_ACCELERATOR
    step = max(LEAST_WIDTH, min(most, logits // max(1, rows)))
    order = torch.argsort(target)
    starts = range(0, len(head), step)
    borders = torch.tensor([*starts, len(head)], device=target.device)
    # All at once, because an accelerator is waited for every time that something is read from it.
    places = torch.searchsorted(target[order], borders).tolist()
    for start, first, last in zip(starts, places, places[1:], strict=False):
        yield slice(start, start + step), order[first:last]


def weighted_nll(hidden: Tensor, head: Tensor, source: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """() Σ weight × −log p(target | prefix) in nats, differentiable in `hidden`, and in `head` where that is trained.

    Args:
        hidden: (nodes, width).
        head: (vocabulary, width).
        source: (edges,) the node that predicts.
        target: (edges,) the predicted token.
        weight: (edges,).
    """
    return _WeightedNll.apply(hidden, head, source, target, weight)  # type: ignore[no-any-return,no-untyped-call]
