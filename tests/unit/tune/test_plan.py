import pytest

from tehon.engine.load import load
from tehon.engine.tokens import Encoded, encoded
from tehon.tune.plan import lay_out

WORK = load("tiny:llama", precision="fp32").network.work


def sequences(count: int, shared: int, own: int) -> list[Encoded]:
    ids = [[*range(3, 3 + shared), *[200 + number] * own] for number in range(count)]
    return [encoded(each, [1.0] * len(each)) for each in ids]


def test_a_shared_prefix_is_computed_once() -> None:
    given = sequences(8, shared=30, own=5)
    plan = lay_out(given, "prefix_tree", 1000, WORK)
    assert plan.layout == "prefix_tree"
    assert sum(micro.ids.size for micro in plan.micros) == 30 + 8 * 4
    assert plan.operations < lay_out(given, "sorted", 1000, WORK).operations


def test_long_examples_that_share_nothing_go_side_by_side_because_the_trees_mask_would_cost_more() -> None:
    given = sequences(8, shared=0, own=200)
    plan = lay_out(given, "prefix_tree", 10_000, WORK)
    assert plan.layout == "sorted"
    assert plan.operations == lay_out(given, "sorted", 10_000, WORK).operations


@pytest.mark.parametrize("layout", ["padded", "sorted"])
def test_operations_are_counted_from_the_models_shapes(layout: str) -> None:
    # Tiny LLaMA: 2 layers of width 32 with 4 query and 2 key heads of 8, 64 wide in the middle, 512 tokens.
    matrices = 2 * (32 * 32 + 2 * 16 * 32 + 32 * 32 + 3 * 32 * 64)
    given = sequences(3, shared=0, own=11)
    plan = lay_out(given, "padded" if layout == "padded" else "sorted", 1000, WORK)
    positions, pairs, edges = 3 * 10, 3 * 10 * 10 // 2, 3 * 10
    assert plan.operations == positions * 2 * matrices + pairs * 4 * 32 * 2 + edges * 2 * 32 * 512
