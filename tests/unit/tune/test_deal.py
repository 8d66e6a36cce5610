"""Passes dealt out to processes."""

from hypothesis import given
from hypothesis import strategies as st

from tehon.engine.tokens import Encoded, encoded
from tehon.engine.work import Work
from tehon.tune.deal import lay_out_for, share
from tehon.tune.loss import FILLER
from tehon.tune.plan import Micro

WORK = Work(position=1000, pair=1, edge=100)
lengths = st.lists(st.integers(3, 60), min_size=1, max_size=40)
processes = st.integers(1, 5)


def sequences(sizes: list[int]) -> list[Encoded]:
    return [encoded([1, *range(size - 1)], [1.0] * size) for size in sizes]


def shares(sizes: list[int], budget: int, count: int) -> list[list[Micro]]:
    plan = lay_out_for(sequences(sizes), "sorted", budget, WORK, count)
    return [share(plan, WORK, process, count) for process in range(count)]


@given(sizes=lengths, budget=st.integers(1, 500), count=processes)
def test_every_token_is_some_processes_once_and_all_have_equally_many_passes(
    sizes: list[int], budget: int, count: int
) -> None:
    dealt = shares(sizes, budget, count)
    assert len({len(mine) for mine in dealt}) == 1
    weight = sum(float(micro.weight.sum()) for mine in dealt for micro in mine)
    assert weight == sum(size - 1 for size in sizes)


@given(sizes=lengths, budget=st.integers(60, 500), count=processes)
def test_no_pass_is_larger_than_the_budget(sizes: list[int], budget: int, count: int) -> None:
    assert all(micro.ids.size <= budget for mine in shares(sizes, budget, count) for micro in mine)


def test_a_step_that_fits_into_one_pass_still_gives_every_process_its_part() -> None:
    dealt = shares([30] * 64, 100_000, 4)
    costs = [sum(WORK.forward(micro) for micro in mine) for mine in dealt]
    assert max(costs) <= 1.1 * sum(costs) / 4


def test_passes_of_one_round_cost_about_the_same() -> None:
    dealt = shares(list(range(3, 60)) * 4, 200, 3)
    for passes in list(zip(*dealt, strict=True))[:-1]:
        costs = [WORK.forward(micro) for micro in passes]
        assert max(costs) <= 1.25 * min(costs)


def test_where_nothing_is_left_to_do_a_filler_keeps_a_process_in_step() -> None:
    first, second = shares([30], 1000, 2)
    assert len(first) == len(second) == 1
    assert second[0] is FILLER
    assert FILLER.weight.sum() == 0
