"""Work counted exactly: the floating-point operations of a forward pass, from the model's own shapes."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from torch import nn

from tehon.engine.padded import Block
from tehon.engine.prefix_tree import Row


class Work(NamedTuple):
    """What a model costs to run forward, in floating-point operations; a multiplication and an addition are two.

    Attributes:
        position: for every position that goes through the layers, attention's products left out.
        pair: for every two positions whose attention is computed, over all layers.
        edge: for every position whose logits are computed.
    """

    position: int
    pair: int
    edge: int

    def forward(self, micro: Row | Block) -> int:
        """Operations of one pass.

        A packed row's mask is dense, so that every pair is computed; causal attention computes half of them.
        """
        if isinstance(micro, Row):
            positions, pairs = len(micro.ids), len(micro.ids) ** 2
        else:
            batch, time = micro.ids.shape
            positions, pairs = micro.ids.size, batch * time * time // 2
        scored = len(set(micro.source.tolist()))
        return positions * self.position + pairs * self.pair + scored * self.edge

    def total(self, micros: Iterable[Row | Block]) -> int:
        """Operations of several passes."""
        return sum(self.forward(micro) for micro in micros)


def work(body: nn.Module, head: nn.Linear, config: Any) -> Work:  # noqa: ANN401 - a foreign class without types
    """Count a model of transformers.

    Args:
        body: everything below the head, without adapters.
        head: the language-model head.
        config: of the text model.
    """
    # By its shape, for a packed module keeps several numbers in one.
    matrices = sum(
        module.in_features * module.out_features for module in body.modules() if isinstance(module, nn.Linear)
    )
    sizes = config.to_dict()
    heads = sizes["num_attention_heads"]
    width = sizes.get("head_dim") or sizes["hidden_size"] // heads
    # A score and its share of the values: two products of `width` for each head and layer.
    return Work(
        position=2 * matrices, pair=4 * width * heads * sizes["num_hidden_layers"], edge=2 * head.weight.numel()
    )
