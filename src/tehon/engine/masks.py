"""What every position of a packed row sees, said as the attention's kernel wants to hear it."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.attention.flex_attention import BlockMask, create_block_mask

from tehon.engine.network import Network

Sees = Callable[[Tensor, Tensor], Tensor]
"""Places of readers and of what is read, of shapes that go together -> whether the one sees the other."""
Mask = Tensor | BlockMask
Masks = Mask | dict[str, Mask]


def masks(net: Network, node: Tensor, depth: Tensor, end: Tensor, own: int) -> Masks:
    """The mask; where only some layers slide, one for each kind of layer.

    Args:
        net: the model.
        node: (nodes,) all that is seen, own nodes last.
        depth: (nodes,) of each.
        end: (nodes,) of each, the first node after its subtree.
        own: how many read.
    """
    before = len(node) - own

    def whole(reader: Tensor, read: Tensor) -> Tensor:
        reads = node[before + reader]
        return (node[read] <= reads) & (reads < end[read])

    if net.window is None:
        return _mask(net, whole, own, len(node))
    window = net.window

    def sliding(reader: Tensor, read: Tensor) -> Tensor:
        return whole(reader, read) & (depth[before + reader] - depth[read] < window)

    slides = _mask(net, sliding, own, len(node))
    return {"full_attention": _mask(net, whole, own, len(node)), "sliding_attention": slides} if net.mixed else slides


def causal(net: Network, length: int) -> Masks | None:
    """The mask of plain sequences of a length; None where the kernel needs none for that."""
    if net.kernel == "sdpa":
        return None
    places = torch.arange(length, device=net.device)
    return masks(net, places, places, torch.full_like(places, length), length)


def _mask(net: Network, sees: Sees, own: int, nodes: int) -> Mask:
    return _blocks(net, sees, own, nodes) if net.kernel == "flex_attention" else _additive(net, sees, own, nodes)


def _additive(net: Network, sees: Sees, own: int, nodes: int) -> Tensor:
    """(1, 1, own, nodes)."""
    places = torch.arange(nodes, device=net.device)
    # Additive and not boolean: every back end reads it the same way.
    mask = torch.zeros(own, nodes, dtype=net.dtype, device=net.device)
    return mask.masked_fill_(~sees(places[:own, None], places), torch.finfo(net.dtype).min)[None, None]


def _blocks(net: Network, sees: Sees, own: int, nodes: int) -> BlockMask:
    """Which blocks of 128 × 128 the kernel may leave out, and the rule within the others."""
    return create_block_mask(
        lambda _batch, _head, reader, read: sees(reader, read), None, None, own, nodes, device=net.device.type
    )
