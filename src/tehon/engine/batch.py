"""Texts that grow side by side over one key/value memory: who is finished leaves, who waits takes the place."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad
from transformers import DynamicCache

from tehon.engine.network import Network


class Batch:
    """Rows of tokens, padded on the left, so that every row's last token stands in the last column.

    Args:
        net: what reads them.
    """

    def __init__(self, net: Network) -> None:
        """Nobody is in it yet."""
        self._net = net
        self._memory = DynamicCache()
        # (rows, time) 1 where a row has a token.
        self._mask = torch.zeros(0, 0, dtype=torch.long, device=net.device)

    def join(self, prompts: Sequence[Sequence[int]]) -> Tensor:
        """(prompts, vocabulary) fp32 logits of what follows each prompt; they are the last rows from now on."""
        longest = max(map(len, prompts))
        gaps = [longest - len(prompt) for prompt in prompts]
        # Any token serves as padding, for the mask hides it.
        ids = torch.tensor([[0] * gap + list(prompt) for gap, prompt in zip(gaps, prompts, strict=True)])
        mask = torch.tensor([[0] * gap + [1] * (longest - gap) for gap in gaps], device=self._net.device)
        memory = DynamicCache()
        logits = self._read(ids.to(self._net.device), mask, memory)
        if len(self._mask):
            for old, new in zip(self._memory.layers, memory.layers, strict=True):
                new.keys, new.values = _below(old.keys, new.keys, -2), _below(old.values, new.values, -2)
            mask = _below(self._mask, mask, -1)
        self._memory, self._mask = memory, mask
        return logits

    def grow(self, tokens: Sequence[int]) -> Tensor:
        """(rows, vocabulary) fp32 logits of what follows when every row has got one more token."""
        ids = torch.tensor(tokens, device=self._net.device)[:, None]
        self._mask = torch.cat([self._mask, torch.ones_like(ids)], dim=1)
        return self._read(ids, self._mask, self._memory)

    def keep(self, rows: Sequence[int]) -> None:
        """Only these rows stay, and no column that is padding in all of them."""
        if len(rows) == len(self._mask):
            return
        if not rows:
            self._memory, self._mask = DynamicCache(), self._mask[:0]
            return
        stay = torch.tensor(rows, device=self._net.device)
        mask = self._mask[stay]
        start = int(mask.amax(dim=0).argmax())
        self._mask = mask[:, start:]
        for layer in self._memory.layers:
            layer.keys, layer.values = (held[stay, :, start:] for held in (layer.keys, layer.values))

    def _read(self, ids: Tensor, mask: Tensor, memory: DynamicCache) -> Tensor:
        positions = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, -ids.shape[1] :]
        self._net.positions += ids.numel()
        self._net.head_positions += len(ids)
        hidden: Tensor = self._net.body(
            input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=memory, use_cache=True
        ).last_hidden_state
        return (hidden[:, -1] @ self._net.head.weight.T).float()


def _below(upper: Tensor, lower: Tensor, time: int) -> Tensor:
    """Both as one, row under row, the one with less time padded in front with zeros.

    Args:
        upper: (rows, …, time, …).
        lower: likewise.
        time: which dimension, counted from the last one: -1, -2, ….
    """
    longest = max(upper.shape[time], lower.shape[time])
    behind = (0, 0) * (-1 - time)
    return torch.cat([pad(part, (*behind, longest - part.shape[time], 0)) for part in (upper, lower)])
