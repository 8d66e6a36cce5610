"""Hidden states to log-likelihoods, only where a token is scored, never as one (positions, vocabulary) tensor."""

from typing import Any, NamedTuple

import torch
from torch import Tensor

SCORING_LOGITS = 1 << 22
"""Logits in memory at once when only their log-likelihoods are wanted: fits a processor's cache."""
TRAINING_LOGITS = 1 << 25
"""Logits in memory at once when the gradient is wanted too, whose matrix product likes many rows."""


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
    picked = hidden[nodes].float()
    total = torch.full((len(nodes),), -torch.inf, device=hidden.device)
    best = total.clone()
    own = torch.empty(len(source), device=hidden.device)
    step = max(1, SCORING_LOGITS // max(1, len(nodes)))
    for first in range(0, len(head), step):
        logits = picked @ head[first : first + step].float().T
        best = torch.maximum(best, logits.amax(dim=1))
        total = torch.logaddexp(total, torch.logsumexp(logits, dim=1))
        here = ((target >= first) & (target < first + step)).nonzero(as_tuple=True)[0]
        own[here] = logits[node_of[here], target[here] - first]
    return Scores(logprob=own - total[node_of], greedy=own >= best[node_of])


class _WeightedNll(torch.autograd.Function):
    """Σ weight × NLL over the edges; its gradient is taken in the same pass, so that no logits are kept or redone."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, head: Tensor, source: Tensor, target: Tensor, weight: Tensor) -> Tensor:  # noqa: ANN401 - autograd's own form
        nodes, node_of = torch.unique(source, return_inverse=True)
        mass = torch.zeros(len(nodes), device=hidden.device).index_add_(0, node_of, weight)
        gradient = torch.zeros_like(hidden)
        head_gradient = torch.zeros_like(head) if ctx.needs_input_grad[1] else None
        loss = torch.zeros((), dtype=torch.float64, device=hidden.device)
        step = max(1, TRAINING_LOGITS // len(head))
        for first in range(0, len(nodes), step):
            rows = nodes[first : first + step]
            mine = ((node_of >= first) & (node_of < first + step)).nonzero(as_tuple=True)[0]
            at = node_of[mine] - first
            logprob = torch.log_softmax((hidden[rows] @ head.T).float(), dim=1)
            loss -= (logprob[at, target[mine]] * weight[mine]).sum(dtype=torch.float64)
            # d loss / d logits = mass × softmax − Σ weight of the edges to that token.
            slope = logprob.exp_().mul_(mass[first : first + step, None])
            slope.index_put_((at, target[mine]), -weight[mine], accumulate=True)
            slope = slope.to(head.dtype)
            gradient[rows] = (slope @ head).to(gradient.dtype)
            if head_gradient is not None:
                head_gradient += slope.T @ hidden[rows]
        ctx.save_for_backward(gradient, head_gradient)
        return loss.to(torch.float32)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401 - autograd's own form
        scale = gradients[0]
        first, second = (None if found is None else found * scale.to(found.dtype) for found in ctx.saved_tensors)
        return first, second, None, None, None


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
