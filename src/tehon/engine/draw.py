"""Tokens by chance, each as often as it is likely."""

from collections.abc import Sequence

import torch
from torch import Tensor


def draw(logits: Tensor, temperatures: Sequence[float], places: Sequence[float]) -> Tensor:
    """(rows,) tokens: the probabilities stand side by side, and each row's place falls into one of them.

    Args:
        logits: (rows, vocabulary) fp32.
        temperatures: the logits are divided by them; above 0.
        places: from 0 up to, but not including 1; evenly distributed, they give every token its share.
    """
    heat, place = (
        torch.tensor(numbers, dtype=torch.float64, device=logits.device) for numbers in (temperatures, places)
    )
    ends = torch.softmax(logits.double() / heat[:, None], dim=1).cumsum(dim=1)
    # The sum is not quite 1.
    tokens = torch.searchsorted(ends, place[:, None] * ends[:, -1:], right=True)[:, 0]
    return tokens.clamp(max=logits.shape[1] - 1)
