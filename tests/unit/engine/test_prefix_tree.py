"""The tree of prefixes: nothing twice, nothing missing, everything found again."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tehon.engine.prefix_tree import Row, common_prefix, rows
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
    sees = row.ancestors()
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


@given(sequences)
def test_the_common_prefix_ends_before_anything_is_predicted_from_it(given_: list[Encoded]) -> None:
    shared = common_prefix(given_)
    scored = [sequence for sequence in given_ if len(sequence.scored)]
    assert len({tuple(sequence.ids[:shared].tolist()) for sequence in scored}) <= 1
    assert all(sequence.scored[0] > shared for sequence in scored)


def test_a_sequence_without_scored_tokens_costs_nothing() -> None:
    assert list(rows([encoded([1, 2, 3], [0, 0, 0])], 10)) == []


def test_the_first_token_of_a_sequence_is_predicted_by_nothing() -> None:
    assert encoded([1, 2], [1, 1]).weights.tolist() == [0, 1]
