"""Every attention kernel is told the same: what a position of a packed row sees."""

import shutil
from typing import Literal, get_args

import numpy as np
import pytest
import torch
from torch.nn.attention.flex_attention import BlockMask, create_mask

from tehon.engine import forward
from tehon.engine.load import load
from tehon.engine.masks import masks
from tehon.engine.network import Network, attend_with
from tehon.engine.prefix_tree import Row, rows
from tehon.engine.tokens import encoded
from tehon.families import FAMILIES
from tehon.records.tuning import Kernel

# Longer than a block of 128 positions and than the tiny Gemma's window of 16, and branching in several places.
HEAD = list(range(3, 93))
TAILS = [[*HEAD[:length], *range(100 + length, 150 + length)] for length in (90, 90 - 7, 40, 40, 0)]


def tree() -> Row:
    (row,) = rows([encoded([1, *tail], [1.0] * (1 + len(tail))) for tail in TAILS], 10_000)
    return row


def network(family: str, kernel: Kernel) -> Network:
    net = load(f"tiny:{family}", precision="fp32").network
    attend_with(net, kernel)
    return net


def test_the_row_is_longer_than_a_block() -> None:
    assert len(tree().ids) > 2 * 128


@pytest.mark.parametrize("own", [10_000, 100])
@pytest.mark.parametrize("family", FAMILIES)
def test_blocks_and_entries_allow_the_same_positions(family: str, own: int) -> None:
    row = tree()
    node, depth, end = (torch.as_tensor(array) for array in (np.arange(len(row.ids)), row.depth, row.end))
    own = min(own, len(row.ids))

    def seen(kernel: Kernel) -> list[torch.Tensor]:
        found = masks(network(family, kernel), node, depth, end, own)
        return [allowed(mask, own, len(row.ids)) for mask in (found.values() if isinstance(found, dict) else [found])]

    for dense, blocks in zip(seen("sdpa"), seen("flex_attention"), strict=True):
        assert torch.equal(dense, blocks)


def allowed(mask: torch.Tensor | BlockMask, own: int, nodes: int) -> torch.Tensor:
    if isinstance(mask, BlockMask):
        # The rule alone; below, the kernel reads it with the blocks that it may leave out.
        return create_mask(mask.mask_mod, 1, 1, own, nodes, device="cpu")[0, 0]
    return mask[0, 0] == 0


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs g++")
@pytest.mark.parametrize(("family", "way"), [("llama", "packed"), ("llama", "padded"), ("gemma", "packed")])
def test_hidden_states_are_the_same_by_every_kernel(family: str, way: Literal["packed", "padded"]) -> None:
    row = tree()
    # What was compiled for other shapes counts towards a limit.
    torch.compiler.reset()

    def hidden(kernel: Kernel) -> torch.Tensor:
        net = network(family, kernel)
        with torch.no_grad():
            return forward.packed(net, row) if way == "packed" else forward.padded(net, np.stack([row.ids, row.ids]))

    sdpa, *others = (hidden(kernel) for kernel in get_args(Kernel))
    for other in others:
        assert float((other - sdpa).abs().max()) <= 1e-4
