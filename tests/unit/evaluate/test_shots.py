"""Shots are drawn as the harness draws them, or once for all."""

from collections import Counter
from itertools import product
from random import Random

import msgspec
import pytest

from tehon.errors import EmptyData
from tehon.evaluate.shots import Pool, alike, draw
from tehon.records.evaluation import Protocol

HARNESS = Protocol(name="paper", title="", shots="per_item")
UPSTREAM = Protocol(name="lm_eval", title="", shots="per_item", order="file", seeds=(1234,))
STRATIFIED = Protocol(name="jp_stable", title="", shots="stratified")
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


@pytest.mark.parametrize(("protocol", "limit"), list(product([HARNESS, UPSTREAM, STRATIFIED, FIXED], [1, 7, 40])))
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


@pytest.mark.parametrize(("protocol", "shots"), list(product([HARNESS, UPSTREAM, STRATIFIED, FIXED], [1, 2, 3])))
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


@pytest.mark.parametrize("protocol", [HARNESS, STRATIFIED, FIXED])
def test_too_few_items_to_draw_from_are_an_error(protocol: Protocol) -> None:
    with pytest.raises(EmptyData, match="needs 3 items to draw 2 shots from, but the split has 2"):
        draw(protocol, 2, shots=2, pool=pool(2, own=True))


def test_upstream_goes_through_the_items_as_the_file_has_them() -> None:
    stream = Random(1234)
    expected = {place: tuple(stream.sample(range(JNLI_TRAIN), 3)) for place in range(20)}
    drawn = draw(UPSTREAM, JNLI_VALID, shots=3, pool=pool(JNLI_TRAIN), limit=20)
    assert drawn.shots == expected
    assert list(drawn.places) == list(range(20))


def test_jnli_s_stratified_shots_are_one_of_each_class() -> None:
    answers = [2] * 11_108 + [1] * 6_055 + [0] * 2_910
    drawn = draw(STRATIFIED, 40, shots=3, pool=Pool(answers=answers, own=False))
    assert {tuple(sorted(answers[index] for index in shown)) for shown in drawn.shots.values()} == {(0, 1, 2)}


@pytest.mark.parametrize(
    ("shots", "counts"), [(1, (0, 1, 0)), (2, (1, 1, 0)), (4, (1, 2, 1)), (6, (2, 3, 1)), (10, (2, 5, 3))]
)
def test_stratified_shots_have_their_shares_and_what_is_left_goes_to_who_has_fewest(
    shots: int, counts: tuple[int, ...]
) -> None:
    # Shares of .2, .5 and .3; seen first: class 1, then 0, then 2.
    answers = [1, 0, 2, *[1] * 49, *[0] * 19, *[2] * 29]
    drawn = draw(STRATIFIED, 30, shots=shots, pool=Pool(answers=answers, own=False))
    for shown in drawn.shots.values():
        found = Counter(answers[index] for index in shown)
        assert tuple(found[label] for label in range(3)) == counts


def test_stratified_shots_are_drawn_class_by_class_and_shuffled_from_the_harness_s_stream() -> None:
    answers = [2, 0, 1] * 20
    stream = Random(42)
    order = list(range(9))
    stream.shuffle(order)
    expected = {}
    for place in order:
        members = [[index for index in range(60) if answers[index] == label] for label in (2, 0, 1)]
        sample = [index for some in members for index in stream.sample(some, 2)]
        stream.shuffle(sample)
        expected[place] = tuple(sample)
    assert draw(STRATIFIED, 9, shots=6, pool=Pool(answers=answers, own=False)).shots == expected


@pytest.mark.parametrize("way", ["per_item", "stratified", "fixed"])
def test_every_seed_scores_the_same_items_with_shots_of_its_own(way: str) -> None:
    protocol = msgspec.convert({"name": "", "title": "", "shots": way, "seeds": (1, 2, 3)}, Protocol)
    drawn = [draw(protocol, 60, shots=3, pool=pool(90), limit=11, seed=seed) for seed in protocol.seeds]
    assert len({tuple(one.places) for one in drawn}) == 1
    assert len({tuple(sorted(one.shots.items())) for one in drawn}) == 3
    alone = msgspec.structs.replace(protocol, seeds=(2,))
    everything = draw(alone, 60, shots=3, pool=pool(90))
    assert drawn[1].shots == {place: everything.shots[place] for place in drawn[1].places}


@pytest.mark.parametrize("protocol", [HARNESS, UPSTREAM, STRATIFIED, FIXED])
def test_what_asks_the_same_is_never_shown_and_changes_nobody_else_s_shots(protocol: Protocol) -> None:
    plain = draw(protocol, 30, shots=3, pool=pool(12))
    alike = {place: frozenset({place % 12}) for place in range(0, 30, 2)}
    drawn = draw(protocol, 30, shots=3, pool=Pool(answers=pool(12).answers, own=False, alike=alike))
    for place in range(30):
        shown, barred = drawn.shots[place], alike.get(place, frozenset())
        assert barred.isdisjoint(shown)
        assert len(set(shown)) == 3
        touched = not barred.isdisjoint(plain.shots[place])
        assert (place in drawn.replaced) is touched
        assert (shown == plain.shots[place]) is not touched
    assert drawn.replaced


def test_another_of_its_class_stands_in_for_an_item_s_own_shot() -> None:
    plain = draw(FIXED, 10, shots=3, pool=pool(30))
    first = plain.shots[0]
    drawn = draw(FIXED, 10, shots=3, pool=Pool(answers=pool(30).answers, own=False, alike={4: frozenset(first[:2])}))
    assert [index % 3 for index in drawn.shots[4]] == [index % 3 for index in first]
    assert drawn.shots[4][2] == first[2]


def test_a_pool_that_asks_nothing_but_the_item_itself_is_an_error() -> None:
    everything = {0: frozenset(range(5))}
    with pytest.raises(EmptyData, match="must leave 2 shots that ask something else than item 0, but leaves 0"):
        draw(HARNESS, 3, shots=2, pool=Pool(answers=[0] * 5, own=False, alike=everything))


def test_contents_that_stand_in_both_splits_are_found() -> None:
    assert dict(alike([7, 8, 9], [9, 7, 7], own=False)) == {0: frozenset({1, 2}), 2: frozenset({0})}
    assert dict(alike([7, 8, 7], [7, 8, 7], own=True)) == {0: frozenset({2}), 2: frozenset({0})}
