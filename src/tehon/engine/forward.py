"""Tokens to hidden states: packed rows through an ancestors-only mask, and the plain padded path beside it."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import DynamicCache

from tehon.engine.network import Network, on_device
from tehon.engine.prefix_tree import Row, Stretch

Mask = Tensor | dict[str, Tensor]


def packed(net: Network, row: Row) -> Tensor:
    """(nodes, width) the hidden state of every node of a row, in one pass."""
    nodes = np.arange(len(row.ids))
    return _read(net, row, nodes, len(nodes), None)


def stretch(net: Network, row: Row, part: Stretch, memory: DynamicCache) -> Tensor:
    """(own nodes, width) the hidden states of a stretch of a row.

    Args:
        net: the model.
        row: its tree.
        part: the stretch; those before it have been read.
        memory: keys and values of what lies above the stretch; afterwards, of what lies above the next one. It must be
            made without a configuration, so that it forgets nothing. All sequences share this one copy.
    """
    hidden = _read(net, row, part.nodes, part.own, memory)
    kept = on_device(net, part.kept)
    for layer in memory.layers:
        layer.keys, layer.values = layer.keys.index_select(2, kept), layer.values.index_select(2, kept)
    return hidden


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


def _read(net: Network, row: Row, nodes: NDArray[np.int64], own: int, memory: DynamicCache | None) -> Tensor:
    """(own, width) of the last `own` of these nodes; keys and values of the others lie in the memory."""
    net.positions += own
    node, depth, end = (on_device(net, array) for array in (nodes, row.depth[nodes], row.end[nodes]))
    hidden: Tensor = net.body(
        input_ids=on_device(net, row.ids[nodes[-own:]])[None],
        position_ids=depth[None, -own:],
        attention_mask=_masks(net, node, depth, end, own),
        past_key_values=memory,
        use_cache=memory is not None,
    ).last_hidden_state
    return hidden[0]


def _masks(net: Network, node: Tensor, depth: Tensor, end: Tensor, own: int) -> Mask:
    """The additive mask (1, 1, own, nodes); where only some layers slide, one for each kind of layer.

    Args:
        net: the model.
        node: (nodes,) all that is seen, own nodes last.
        depth: (nodes,) of each.
        end: (nodes,) of each.
        own: how many read.
    """
    reader = node[-own:, None]
    whole = (node <= reader) & (reader < end)
    if net.window is None:
        return _additive(net, whole)
    sliding = _additive(net, whole & (depth[-own:, None] - depth < net.window))
    return {"full_attention": _additive(net, whole), "sliding_attention": sliding} if net.mixed else sliding


def _additive(net: Network, sees: Tensor) -> Tensor:
    # Additive and not boolean: every back end reads it the same way.
    mask = torch.zeros(sees.shape, dtype=net.dtype, device=net.device)
    return mask.masked_fill_(~sees, torch.finfo(net.dtype).min)[None, None]
