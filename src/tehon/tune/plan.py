"""A step's examples laid out for the model: the loss is the same for every layout and every budget."""

from collections.abc import Iterator, Sequence

from tehon.engine.padded import Block, blocks
from tehon.engine.prefix_tree import Row, rows
from tehon.engine.tokens import Encoded
from tehon.records.tuning import Recipe

Micro = Row | Block
"""What goes through the model in one pass."""


def lay_out(sequences: Sequence[Encoded], recipe: Recipe) -> Iterator[Micro]:
    """The sequences cut into passes of at most `token_budget` positions.

    `padded` keeps the order in which they were drawn, `sorted` puts equal lengths together, `prefix_tree` computes
    every shared prefix once. With LoRA dropout the examples that share a prefix in the tree also share its dropped
    inputs: each example still sees dropout of the same strength, but not independently of its neighbours.
    """
    if recipe.layout == "prefix_tree":
        return rows(sequences, recipe.token_budget)
    if recipe.layout == "sorted":
        sequences = sorted(sequences, key=lambda sequence: len(sequence.inputs))
    return blocks(sequences, recipe.token_budget)
