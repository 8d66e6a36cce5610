"""Tokens to hidden states: packed rows through an ancestors-only mask, and the plain padded path beside it."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from transformers import DynamicCache

from tehon.engine.masks import causal, masks
from tehon.engine.network import Network, on_device
from tehon.engine.prefix_tree import Row, Stretch


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
    mask = causal(net, ids.shape[1])
    hidden: Tensor = net.body(input_ids=on_device(net, ids), attention_mask=mask, use_cache=False).last_hidden_state
    return hidden


def _read(net: Network, row: Row, nodes: NDArray[np.int64], own: int, memory: DynamicCache | None) -> Tensor:
    """(own, width) of the last `own` of these nodes; keys and values of the others lie in the memory."""
    net.positions += own
    node, depth, end = (on_device(net, array) for array in (nodes, row.depth[nodes], row.end[nodes]))
    hidden: Tensor = net.body(
        input_ids=on_device(net, row.ids[nodes[-own:]])[None],
        position_ids=depth[None, -own:],
        attention_mask=masks(net, node, depth, end, own),
        past_key_values=memory,
        use_cache=memory is not None,
    ).last_hidden_state
    return hidden[0]
