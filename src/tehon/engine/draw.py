"""Tokens by chance, each as often as it is likely."""

from collections.abc import Sequence

import torch
from torch import Tensor


def draw(logits: Tensor, temperatures: Sequence[float], places: Sequence[float], top: Sequence[float] = ()) -> Tensor:
    """(rows,) tokens: the probabilities stand side by side, and each row's place falls into one of them.

    Args:
        logits: (rows, vocabulary) fp32.
        temperatures: the logits are divided by them; above 0.
        places: from 0 up to, but not including 1; evenly distributed, they give every token its share.
        top: of each row, how much probability the tokens that are drawn from must have together, 1 for all of them;
            no more tokens than that takes, the most likely ones. None of them means all.
    """
    heat, place = (
        torch.tensor(numbers, dtype=torch.float64, device=logits.device) for numbers in (temperatures, places)
    )
    likelihoods = torch.softmax(logits.double() / heat[:, None], dim=1)
    if any(share < 1 for share in top):
        likelihoods = _nucleus(likelihoods, torch.tensor(top, dtype=torch.float64, device=logits.device))
    ends = likelihoods.cumsum(dim=1)
    # The sum is not quite 1, and behind it stand only tokens that are never drawn.
    last = torch.nextafter(ends[:, -1:], torch.zeros_like(ends[:, -1:]))
    return torch.searchsorted(ends, torch.minimum(place[:, None] * ends[:, -1:], last), right=True)[:, 0]


def _nucleus(likelihoods: Tensor, top: Tensor) -> Tensor:
    """The same, 0 for every token without which the likelier ones have `top` together.

    Source: Holtzman et al. 2020, arXiv 1904.09751, section 3.1.
    """
    ordered, order = likelihoods.sort(dim=1, descending=True, stable=True)
    before = ordered.cumsum(dim=1) - ordered
    spare = (before >= top[:, None]) & (top[:, None] < 1)
    return likelihoods.masked_fill(torch.zeros_like(spare).scatter(1, order, spare), 0)
