"""A step's examples laid out for the model: the loss is the same for every layout and every budget."""

from collections.abc import Sequence
from typing import NamedTuple

from tehon.engine.padded import Block, blocks
from tehon.engine.prefix_tree import Row, rows
from tehon.engine.tokens import Encoded
from tehon.engine.work import Work
from tehon.records.tuning import Layout

Micro = Row | Block
"""What goes through the model in one pass."""


class Plan(NamedTuple):
    """The passes of one step.

    Attributes:
        micros: what goes through the model, pass by pass.
        layout: how; `sorted` where the tree was asked for and would have cost more.
        operations: of all passes forward.
    """

    micros: list[Micro]
    layout: Layout
    operations: int

    @property
    def positions(self) -> int:
        """That are computed, padding included."""
        return sum(micro.ids.size for micro in self.micros)


def lay_out(sequences: Sequence[Encoded], layout: Layout, budget: int, work: Work) -> Plan:
    """The sequences cut into passes of at most `budget` positions.

    `padded` keeps the order in which they were drawn, `sorted` puts equal lengths together, `prefix_tree` computes
    every shared prefix once. A tree pays for its mask with its length squared, so where little is shared and examples
    are long, equal lengths side by side cost less: the counted operations decide. With independent dropout, examples
    that share a prefix in the tree also share its dropped inputs.
    """
    plan = _plan(sequences, layout, budget, work)
    if layout != "prefix_tree":
        return plan
    plain = _plan(sequences, "sorted", budget, work)
    return plan if plan.operations <= plain.operations else plain


def _plan(sequences: Sequence[Encoded], layout: Layout, budget: int, work: Work) -> Plan:
    if layout == "prefix_tree":
        micros: list[Micro] = list(rows(sequences, budget))
    elif layout == "sorted":
        micros = list(blocks(sorted(sequences, key=lambda sequence: len(sequence.inputs)), budget))
    else:
        micros = list(blocks(sequences, budget))
    return Plan(micros=micros, layout=layout, operations=work.total(micros))
