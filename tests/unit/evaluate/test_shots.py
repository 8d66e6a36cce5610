"""Shots are drawn as the harness draws them, or once for all."""

from collections import Counter
from itertools import product
from random import Random

import pytest

from tehon.errors import EmptyData
from tehon.evaluate.shots import Pool, draw
from tehon.records.evaluation import Protocol

HARNESS = Protocol(name="paper", title="", shots="per_item")
FIXED = Protocol(name="tehon", title="", shots="fixed")
JNLI_VALID, JNLI_TRAIN = 2434, 20_073
MARC_VALID, MARC_TRAIN = 5654, 187_528


def pool(size: int, *, own: bool = False, classes: int = 3) -> Pool:
    return Pool(answers=[index % classes for index in range(size)], own=own)


@pytest.mark.parametrize(
    ("shots", "first"),
    [
        (1, [(19990,), (15865,), (6300,)]),
        (2, [(19990, 15865), (6300, 8077), (9142, 18287)]),
        (3, [(19990, 15865, 6300), (8077, 9142, 18287), (9781, 7368, 9752)]),
    ],
)
def test_jnli_shots_are_those_of_the_harness(shots: int, first: list[tuple[int, ...]]) -> None:
    drawn = draw(HARNESS, JNLI_VALID, shots=shots, pool=pool(JNLI_TRAIN))
    assert [drawn.shots[place] for place in (548, 135, 1499)] == first
    assert list(drawn.shots)[:8] == [548, 135, 1499, 2043, 1381, 412, 45, 1679]


def test_marc_ja_shots_are_those_of_the_harness() -> None:
    drawn = draw(HARNESS, MARC_VALID, shots=3, pool=pool(MARC_TRAIN))
    assert list(drawn.shots)[:5] == [2561, 4556, 224, 2556, 3328]
    assert [drawn.shots[place] for place in (2561, 4556)] == [(40893, 27967, 31425), (20575, 177160, 173912)]


@pytest.mark.parametrize(("protocol", "limit"), list(product([HARNESS, FIXED], [1, 7, 40])))
def test_a_limit_keeps_the_first_of_the_shuffle_with_their_shots(protocol: Protocol, limit: int) -> None:
    everything = draw(protocol, 40, shots=2, pool=pool(30))
    some = draw(protocol, 40, shots=2, pool=pool(30), limit=limit)
    assert len(some.places) == limit
    assert some.shots == {place: everything.shots[place] for place in list(everything.shots)[:limit]}


def test_a_limit_without_shots_takes_the_same_items_as_with_shots() -> None:
    assert list(draw(HARNESS, 40, limit=9).places) == list(draw(HARNESS, 40, shots=1, pool=pool(30), limit=9).places)


def test_places_are_in_upstream_order() -> None:
    places = list(draw(HARNESS, 100, shots=1, pool=pool(9), limit=50).places)
    assert places == sorted(set(places))
    assert draw(HARNESS, 100).places == range(100)


@pytest.mark.parametrize(("protocol", "shots"), list(product([HARNESS, FIXED], [1, 2, 3])))
def test_an_item_is_never_its_own_shot(protocol: Protocol, shots: int) -> None:
    drawn = draw(protocol, 12, shots=shots, pool=pool(12, own=True))
    for place, shown in drawn.shots.items():
        assert place not in shown
        assert len(set(shown)) == shots


def test_from_its_own_split_the_harness_draws_one_more_and_leaves_itself_out() -> None:
    stream = Random(42)
    order = list(range(6))
    stream.shuffle(order)
    expected = {place: tuple(i for i in stream.sample(range(6), 3) if i != place)[:2] for place in order}
    assert draw(HARNESS, 6, shots=2, pool=pool(6, own=True)).shots == expected


@pytest.mark.parametrize("shots", [1, 2, 3, 4, 6, 7])
def test_fixed_shots_are_one_balanced_set_for_everybody(shots: int) -> None:
    answers = [0] * 80 + [1] * 15 + [2] * 5
    drawn = draw(FIXED, 50, shots=shots, pool=Pool(answers=answers, own=False))
    assert len(set(drawn.shots.values())) == 1
    counts = Counter(answers[index] for index in drawn.shots[0])
    assert max(counts.values()) - min(counts.get(label, 0) for label in range(3)) <= 1


def test_fixed_shots_stay_balanced_when_an_item_has_to_leave_them() -> None:
    answers = [index % 3 for index in range(30)]
    drawn = draw(FIXED, 30, shots=3, pool=Pool(answers=answers, own=True))
    assert {tuple(sorted(answers[index] for index in shown)) for shown in drawn.shots.values()} == {(0, 1, 2)}


def test_fixed_shots_use_what_a_rare_class_has() -> None:
    drawn = draw(FIXED, 5, shots=4, pool=Pool(answers=[0, 0, 0, 0, 1], own=False))
    assert sorted(drawn.shots[0]).count(4) == 1
    assert len(set(drawn.shots[0])) == 4


def test_items_without_choices_can_be_shots() -> None:
    drawn = draw(FIXED, 5, shots=2, pool=Pool(answers=[None] * 9, own=False))
    assert len(set(drawn.shots[0])) == 2


def test_another_seed_draws_other_shots() -> None:
    other = Protocol(name="other", title="", shots="fixed", seeds=(7,))
    first, second = (draw(protocol, 5, shots=3, pool=pool(500)).shots[0] for protocol in (FIXED, other))
    assert first != second


@pytest.mark.parametrize("protocol", [HARNESS, FIXED])
def test_too_few_items_to_draw_from_are_an_error(protocol: Protocol) -> None:
    with pytest.raises(EmptyData, match="needs 3 items to draw 2 shots from, but the split has 2"):
        draw(protocol, 2, shots=2, pool=pool(2, own=True))
