"""The tree of prefixes: nothing twice, nothing missing, everything found again."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tehon.engine.prefix_tree import Row, rows, stretches
from tehon.engine.tokens import Encoded, encoded

# Few distinct tokens, so that sequences share prefixes often.
sequences = st.lists(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0.0, 0.5, 1.0])), min_size=1, max_size=12).map(
        lambda pairs: encoded([token for token, _ in pairs], [weight for _, weight in pairs])
    ),
    min_size=1,
    max_size=12,
)
budgets = st.integers(1, 60)


def prefixes(row: Row) -> list[tuple[int, ...]]:
    node = np.arange(len(row.ids))
    sees = (node <= node[:, None]) & (node[:, None] < row.end)
    return [tuple(row.ids[sees[node]].tolist()) for node in range(len(row.ids))]


@given(sequences, budgets)
def test_every_needed_prefix_is_a_node_exactly_once(given_: list[Encoded], budget: int) -> None:
    for row in rows(given_, budget):
        needed = {
            tuple(given_[member].ids[: length + 1].tolist())
            for member in row.members
            for length in range(len(given_[member].inputs))
        }
        found = prefixes(row)
        assert len(found) == len(needed)
        assert set(found) == needed
        assert [len(prefix) - 1 for prefix in found] == row.depth.tolist()


@given(sequences, budgets)
def test_every_scored_token_hangs_on_the_edge_of_its_own_prefix(given_: list[Encoded], budget: int) -> None:
    seen = []
    for row in rows(given_, budget):
        found = prefixes(row)
        for place, member in enumerate(row.members):
            seen.append(int(member))
            edges = row.edge[row.offsets[place] : row.offsets[place + 1]]
            for token, edge in zip(given_[member].scored, edges, strict=True):
                assert found[row.source[edge]] == tuple(given_[member].ids[:token].tolist())
                assert row.target[edge] == given_[member].ids[token]
    assert sorted(seen) == [at for at, sequence in enumerate(given_) if len(sequence.scored)]


@given(sequences, budgets)
def test_edges_weigh_as_much_as_the_tokens_that_pass_through_them(given_: list[Encoded], budget: int) -> None:
    total = sum(float(row.weight.sum()) for row in rows(given_, budget))
    assert np.isclose(total, sum(float(sequence.weights.sum()) for sequence in given_))


@given(sequences, budgets)
def test_a_row_keeps_its_budget_unless_it_holds_a_single_longer_sequence(given_: list[Encoded], budget: int) -> None:
    for row in rows(given_, budget):
        assert len(row.ids) <= budget or len(row.members) == 1


@given(sequences)
def test_without_a_budget_nothing_is_computed_twice(given_: list[Encoded]) -> None:
    needed = {tuple(s.ids[: length + 1].tolist()) for s in given_ for length in range(len(s.inputs))}
    assert sum(len(row.ids) for row in rows(given_, 10_000)) == len(needed)


@given(sequences, budgets)
def test_stretches_hold_every_node_once_and_keep_the_budget(given_: list[Encoded], budget: int) -> None:
    for row in rows(given_, 10_000):
        parts = list(stretches(row, budget))
        assert [node for part in parts for node in part.nodes[-part.own :].tolist()] == list(range(len(row.ids)))
        assert all(part.own <= budget for part in parts)
        assert all(2 * part.own >= budget for part in parts[:-1])


@given(sequences, budgets)
def test_a_stretch_sees_all_that_stands_above_its_nodes_and_is_handed_nothing_else(
    given_: list[Encoded], budget: int
) -> None:
    for row in rows(given_, 10_000):
        handed: list[int] = []
        for part in stretches(row, budget):
            assert part.nodes[: -part.own].tolist() == handed
            for node in range(part.start, part.stop):
                above = [other for other in range(node) if other < node < row.end[other]]
                assert set(above) <= set(part.nodes.tolist())
            handed = part.nodes[part.kept].tolist()
            # What is handed on are the nodes above the next one, and no others: one at every depth.
            assert row.depth[handed].tolist() == list(range(len(handed)))


def test_a_stretch_ends_before_the_branch_with_least_above_it_and_else_with_the_budget() -> None:
    # Eight tokens alone; two sequences behind six shared ones, and one behind two of these.
    tails = [[1] * 8, [2, 2, 3, 3, 3, 3, 4, 4, 4], [2, 2, 3, 3, 3, 3, 5, 5, 5], [2, 2, 6, 6, 6, 6]]
    (row,) = rows([encoded(tail, [0.0] * (len(tail) - 1) + [1.0]) for tail in tails], 10_000)
    assert row.depth.tolist() == [*range(7), *range(8), 6, 7, 2, 3, 4]
    assert [part.own for part in stretches(row, 10)] == [7, 10, 3]
    assert [part.own for part in stretches(row, 5)] == [5, 5, 5, 5]
    assert [len(part.nodes) - part.own for part in stretches(row, 10)] == [0, 0, 2]


def test_a_sequence_without_scored_tokens_costs_nothing() -> None:
    assert list(rows([encoded([1, 2, 3], [0, 0, 0])], 10)) == []


def test_the_first_token_of_a_sequence_is_predicted_by_nothing() -> None:
    assert encoded([1, 2], [1, 1]).weights.tolist() == [0, 1]
