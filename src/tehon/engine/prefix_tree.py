"""Token sequences as a tree: every distinct prefix is computed once.

The nodes of a row stand in preorder, so a node's subtree is the range from itself to its `end`, and node `j` is an
ancestor of node `i` exactly when `j <= i < end[j]`: the attention mask is one comparison. A node's depth is its
position. Every scored token is an edge from the node that predicts it; sequences that share the edge share its work,
and their weights add up.

A row of any length can be read a stretch at a time: all that a stretch needs of the stretches before it are the keys
and values of the nodes above its first node.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tehon.engine.tokens import Encoded, Ids

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Row:
    """One packed row.

    Attributes:
        ids: (nodes,) the token of each node.
        depth: (nodes,) its position in every sequence that passes through it.
        end: (nodes,) the first node after its subtree.
        source: (edges,) the node that predicts, in ascending order.
        target: (edges,) the predicted token.
        weight: (edges,) summed over the sequences that pass through the edge.
        members: (sequences,) which of the given sequences lie in this row.
        edge: (scored tokens,) the edge of each scored token, member after member.
        offsets: (sequences + 1,) where each member's scored tokens start in `edge`.
    """

    ids: Indices
    depth: Indices
    end: Indices
    source: Indices
    target: Indices
    weight: NDArray[np.float64]
    members: Indices
    edge: Indices
    offsets: Indices


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring nodes of a row that are read together.

    Attributes:
        nodes: (above + own,) the nodes that it sees: first those above its first node, then its own.
        own: how many of them are its own.
        kept: (next above,) which of `nodes` the next stretch sees, as places in `nodes`.
    """

    nodes: Indices
    own: int
    kept: Indices

    @property
    def start(self) -> int:
        """Its first node."""
        return int(self.nodes[-self.own])

    @property
    def stop(self) -> int:
        """The node after its last one."""
        return self.start + self.own


def stretches(row: Row, budget: int) -> Iterator[Stretch]:
    """A row in stretches of at most `budget` nodes: every node in one of them, so that nothing is computed twice.

    A stretch ends before a branch, the one with least above it, for that must be seen again; but not before half the
    budget, and where nothing branches off beyond that, the budget ends it.
    """
    above: Indices = np.zeros(0, np.int64)
    branches = np.flatnonzero(np.diff(row.depth, prepend=-1) <= 0)
    start, total = 0, len(row.ids)
    while start < total:
        stop = min(start + budget, total)
        if stop < total:
            ends = branches[slice(*np.searchsorted(branches, (start + (budget + 1) // 2, stop + 1)))]
            # The last of equals, so that stretches are long.
            stop = min(reversed(ends.tolist()), key=row.depth.__getitem__, default=stop)
        nodes = np.concatenate([above, np.arange(start, stop)])
        kept = np.flatnonzero(row.end[nodes] > stop)
        yield Stretch(nodes=nodes, own=stop - start, kept=kept)
        above, start = nodes[kept], stop


def rows(sequences: Sequence[Encoded], budget: int) -> Iterator[Row]:
    """The sequences as packed rows of at most `budget` nodes; a longer sequence gets a row of its own.

    Sequences that share a prefix stand together because they are sorted. A sequence without scored tokens is left out.
    """
    inputs = [sequence.inputs for sequence in sequences]
    # Big-endian bytes compare as the tokens do.
    keys = {index: ids.astype(">u4").tobytes() for index, ids in enumerate(inputs) if len(ids)}
    order = sorted(keys, key=lambda index: (keys[index], index))
    start, nodes = 0, 0
    shared: list[int] = []
    for place, index in enumerate(order):
        common = _common(inputs[order[place - 1]], inputs[index]) if place > start else 0
        if place > start and nodes + len(inputs[index]) - common > budget:
            yield _row(sequences, inputs, order[start:place], shared)
            start, nodes, shared, common = place, 0, [], 0
        nodes += len(inputs[index]) - common
        shared.append(common)
    if shared:
        yield _row(sequences, inputs, order[start:], shared)


def _common(left: Ids, right: Ids) -> int:
    shorter = min(len(left), len(right))
    differs = left[:shorter] != right[:shorter]
    first = int(differs.argmax()) if shorter else 0
    return first if shorter and differs[first] else shorter


def _row(sequences: Sequence[Encoded], inputs: list[Ids], members: list[int], shared: list[int]) -> Row:
    starts = np.cumsum([0] + [len(inputs[member]) - common for member, common in zip(members, shared, strict=True)])
    ends = np.full(starts[-1], starts[-1])
    sources, targets, weights, counts = [], [], [], []
    path: Indices = np.zeros(0, np.int64)
    for member, common, start, stop in zip(members, shared, starts, starts[1:], strict=False):
        # A subtree ends where a later sequence branches off above it.
        ends[path[common:]] = start
        path = np.concatenate([path[:common], np.arange(start, stop)])
        scored = sequences[member].scored
        sources.append(path[scored - 1])
        targets.append(sequences[member].ids[scored])
        weights.append(sequences[member].weights[scored])
        counts.append(len(scored))
    vocabulary = 1 + max(int(target.max()) for target in targets)
    edges, edge = np.unique(np.concatenate(sources) * vocabulary + np.concatenate(targets), return_inverse=True)
    return Row(
        ids=np.concatenate([inputs[m][c:] for m, c in zip(members, shared, strict=True)]).astype(np.int64),
        depth=np.concatenate([np.arange(c, len(inputs[m])) for m, c in zip(members, shared, strict=True)]),
        end=ends,
        source=edges // vocabulary,
        target=edges % vocabulary,
        weight=np.bincount(edge, weights=np.concatenate(weights)).astype(np.float64),
        members=np.asarray(members),
        edge=edge,
        offsets=np.cumsum([0, *counts]),
    )
