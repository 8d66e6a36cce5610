"""Which examples a step holds."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tehon.tune.order import Order, mixed, shuffled

orders = st.builds(
    Order,
    examples=st.integers(1, 60),
    batch_size=st.integers(1, 25),
    epochs=st.integers(1, 4),
    seed=st.integers(0, 2**40),
    max_steps=st.none(),
)


@given(st.integers(1, 500), st.integers(0, 2**64 - 1))
def test_a_shuffle_is_a_permutation(size: int, key: int) -> None:
    assert sorted(shuffled(np.arange(size), size, key).tolist()) == list(range(size))


@given(orders)
def test_every_example_is_drawn_once_an_epoch(order: Order) -> None:
    drawn = [number for step in range(order.steps) for number in order.step(step)]
    assert Counter(drawn) == dict.fromkeys(range(order.examples), order.epochs)
    for epoch in range(order.epochs):
        assert len(set(drawn[epoch * order.examples : (epoch + 1) * order.examples])) == order.examples


@given(orders)
def test_every_step_but_the_last_is_exactly_a_batch(order: Order) -> None:
    sizes = [len(order.step(step)) for step in range(order.steps)]
    assert set(sizes[:-1]) <= {order.batch_size}
    assert 0 < sizes[-1] <= order.batch_size


def test_epochs_and_seeds_draw_in_other_orders() -> None:
    order = Order(examples=100, batch_size=100, epochs=2, seed=1)
    other = Order(examples=100, batch_size=100, epochs=1, seed=2)
    assert order.step(0).tolist() != order.step(1).tolist()
    assert order.step(0).tolist() != other.step(0).tolist()


def test_a_limit_of_steps_changes_nothing_before_it() -> None:
    whole = Order(examples=50, batch_size=8, epochs=1, seed=3)
    short = Order(examples=50, batch_size=8, epochs=1, seed=3, max_steps=2)
    assert short.steps == 2
    assert [short.step(n).tolist() for n in range(2)] == [whole.step(n).tolist() for n in range(2)]


def test_the_order_is_the_same_on_every_machine() -> None:
    assert shuffled(np.arange(12), 12, mixed(42, 0)).tolist() == [11, 9, 6, 5, 3, 1, 4, 8, 0, 7, 10, 2]


def test_neighbours_do_not_stay_neighbours() -> None:
    landed = shuffled(np.arange(5000), 5000, 7)
    assert abs(np.corrcoef(landed, np.arange(5000))[0, 1]) < 0.05
    assert abs(np.corrcoef(landed[:-1], landed[1:])[0, 1]) < 0.05
