"""LoRA dropout whose masks follow from seed, step, module and the tokens up to a position, and from nothing else.

However a step is cut, packed, shared or spread over processes, an example is dropped in the same places, so the step's
gradient stays what it is. For each example alone a mask is distributed as in plain dropout; two examples of one step
that begin with the same tokens have the same mask there, which is what lets them share the work.
"""

from dataclasses import dataclass

import numpy as np
import torch
import xxhash
from numpy.typing import NDArray
from peft.tuners.lora import LoraLayer
from torch import Tensor, nn

from tehon.engine.padded import Block
from tehon.engine.prefix_tree import Row
from tehon.tune.order import mixed, mixed_words

Keys = NDArray[np.uint64]
_FEATURE = 0x9E3779B1
_FIRST, _SECOND = 0x85EBCA6B, 0xC2B2AE35


@dataclass(slots=True)
class Positions:
    """The keys of the positions that go through the model now.

    Attributes:
        keys: (batch, time) 32 bits of each position's prefix.
    """

    keys: Tensor


class KeyedDropout(nn.Module):
    """Dropout of one module's input.

    Args:
        probability: of dropping a feature at a position.
        name: the module's, so that each module drops elsewhere.
        positions: shared by all modules, and filled before every pass.
    """

    def __init__(self, probability: float, name: str, positions: Positions) -> None:
        """Nothing is drawn before the first pass."""
        super().__init__()
        self.probability = probability
        self._key = _signed(xxhash.xxh3_64_intdigest(name.encode()))
        self._positions = positions
        self._least = round(probability * 2**32) - 2**31

    def forward(self, inputs: Tensor) -> Tensor:
        """(batch, time, width) the inputs, some of them zero, the others scaled so that the mean stays."""
        if not self.training:
            return inputs
        kept: Tensor = kept_features(self._positions.keys ^ self._key, inputs.shape[-1], self._least)
        return inputs * kept.to(inputs.dtype).div_(1 - self.probability)


@torch.library.custom_op("tehon::kept_features", mutates_args=())
def kept_features(keys: Tensor, width: int, least: int) -> Tensor:
    """(batch, time, width) whether a feature is kept: 32 mixed bits of its position and number reach `least`.

    One operation to whoever compiles the model: a compiler that reckons on in 64 bits would draw other masks.

    Args:
        keys: (batch, time) int32, one a position.
        width: features of a position.
        least: the smallest int32 that is kept.

    Source: the finaliser of MurmurHash3 (Appleby), over wrapping 32-bit arithmetic, which every device has.
    """
    features = torch.arange(width, device=keys.device, dtype=torch.int32) * _signed(_FEATURE)
    bits = keys[..., None] ^ features
    for shift, factor in ((16, _FIRST), (13, _SECOND)):
        bits = (bits ^ ((bits >> shift) & ((1 << (32 - shift)) - 1))) * _signed(factor)
    return (bits ^ ((bits >> 16) & 0xFFFF)) >= least


@kept_features.register_fake
def _kept_shape(keys: Tensor, width: int, least: int) -> Tensor:  # noqa: ARG001 - as above
    return keys.new_empty((*keys.shape, width), dtype=torch.bool)


def install(tuned: nn.Module, probability: float) -> Positions:
    """Put keyed dropout in the place of every adapter's own; the positions to fill before every pass."""
    positions = Positions(keys=torch.zeros(1, 1, dtype=torch.int32))
    for name, layer in tuned.named_modules():
        if isinstance(layer, LoraLayer):
            for adapter in layer.lora_dropout:
                layer.lora_dropout[adapter] = KeyedDropout(probability, name, positions)
    return positions


def position_keys(micro: Row | Block, seed: int, step: int) -> NDArray[np.int32]:
    """(batch, time) 32 bits for every position of a pass: of the seed, the step and all tokens up to it."""
    start = np.uint64(mixed(seed, step))
    keys = _down(micro, start) if isinstance(micro, Row) else _along(micro.ids, start)
    return (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32).view(np.int32)


def _along(ids: NDArray[np.int64], start: np.uint64) -> Keys:
    keys = np.zeros(ids.shape, np.uint64)
    before = np.full(len(ids), start)
    for place, column in enumerate(ids.T):
        before = keys[:, place] = mixed_words(before + column.astype(np.uint64), 1)
    return keys


def _down(row: Row, start: np.uint64) -> Keys:
    """The tree's keys, depth by depth; a node's parent is the last node before it of the depth above."""
    keys = np.zeros(len(row.ids), np.uint64)
    above, above_keys = np.zeros(1, np.int64), np.asarray([start])
    for depth in range(int(row.depth.max()) + 1):
        nodes = np.flatnonzero(row.depth == depth)
        parents = above_keys[np.searchsorted(above, nodes, side="right" if depth == 0 else "left") - 1]
        keys[nodes] = mixed_words(parents + row.ids[nodes].astype(np.uint64), 1)
        above, above_keys = nodes, keys[nodes]
    return keys[None]


def _signed(word: int) -> int:
    """The lowest 32 bits as a signed number."""
    return ((word & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000
