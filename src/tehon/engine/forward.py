"""Tokens to hidden states: packed rows through an ancestors-only mask, and the plain padded path beside it."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tehon.engine.network import Network, on_device
from tehon.engine.prefix_tree import Row

Mask = Tensor | dict[str, Tensor]


def packed(net: Network, row: Row, *, cache: Any = None, before: int = 0) -> Tensor:  # noqa: ANN401 - DynamicCache
    """(nodes, width) the hidden state of every node of a row.

    Args:
        net: the model.
        row: its tree.
        cache: keys and values of a prefix that all sequences of the row share; it grows by the row.
        before: tokens in that prefix.
    """
    depth = on_device(net, row.depth)[None] + before
    net.positions += len(row.ids)
    hidden: Tensor = net.body(
        input_ids=on_device(net, row.ids)[None],
        position_ids=depth,
        attention_mask=_masks(net, row, before),
        past_key_values=cache,
        use_cache=cache is not None,
    ).last_hidden_state
    return hidden[0]


def padded(net: Network, ids: NDArray[np.int64]) -> Tensor:
    """(batch, time, width) the hidden states of sequences that are padded on the right.

    Causal attention alone keeps the padding out of every real position, so no mask is needed. This is the reference
    that the packed path is tested against.

    Args:
        net: the model.
        ids: (batch, time) tokens; any token serves as padding.
    """
    net.positions += ids.size
    hidden: Tensor = net.body(input_ids=on_device(net, ids), use_cache=False).last_hidden_state
    return hidden


def _masks(net: Network, row: Row, before: int) -> Mask:
    """The additive mask (1, 1, nodes, before + nodes); where only some layers slide, one for each kind of layer."""
    sees = row.ancestors()
    whole = np.concatenate([np.ones((len(sees), before), bool), sees], axis=1)
    if net.window is None:
        return _additive(net, whole)
    positions = np.concatenate([np.arange(before), row.depth + before])
    near = positions[None, before:].T - positions[None, :] < net.window
    sliding = _additive(net, whole & near)
    return {"full_attention": _additive(net, whole), "sliding_attention": sliding} if net.mixed else sliding


def _additive(net: Network, sees: NDArray[np.bool_]) -> Tensor:
    # Additive and not boolean: every back end reads it the same way.
    mask = torch.zeros(sees.shape, dtype=net.dtype, device=net.device)
    return mask.masked_fill_(~on_device(net, sees), torch.finfo(net.dtype).min)[None, None]
