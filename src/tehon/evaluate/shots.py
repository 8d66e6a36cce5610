"""Which items are scored and which shots each of them is shown, as indices into the upstream files.

The draws are those of the published harnesses, bit for bit. Where an item would be its own shot, because its split is
drawn from or because the other split asks the same, that shot alone is replaced, from a random stream of the item's
own: nobody else's shots change.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from random import Random

from tehon.errors import EmptyData
from tehon.records.evaluation import Protocol
from tehon.records.record import Record

Shots = dict[int, tuple[int, ...]]
"""Item -> its shots."""


class Draw(Record, kw_only=True):
    """What one cell scores.

    Attributes:
        places: items to score, ascending; all of them as a range.
        shots: item -> its shots in the order in which they are shown; empty for zero shots.
        replaced: items that were drawn a shot which asks the same as they do, and got another.
    """

    places: Sequence[int]
    shots: Mapping[int, tuple[int, ...]] = {}
    replaced: frozenset[int] = frozenset()

    @property
    def wanted(self) -> frozenset[int]:
        """Every index that is somebody's shot."""
        return frozenset(chain.from_iterable(self.shots.values()))


class Pool(Record, kw_only=True):
    """What shots are drawn from.

    Attributes:
        answers: the index of the right choice of every item of the split; None for tasks without choices.
        own: it is the split that is scored, so an item must be kept from being its own shot.
        alike: scored item -> the pool's items that ask the same, where there are any beside itself.
    """

    answers: Sequence[int | None]
    own: bool
    alike: Mapping[int, frozenset[int]] = {}

    def barred(self, place: int) -> frozenset[int]:
        """What must not be shown before an item."""
        return self.alike.get(place, frozenset()) | ({place} if self.own else frozenset())


def draw(
    protocol: Protocol,
    items: int,
    *,
    shots: int = 0,
    pool: Pool | None = None,
    limit: int | None = None,
    seed: int | None = None,
) -> Draw:
    """Order the items, cut to the limit, and draw shots in that order, so that a limit changes nobody's shots.

    Args:
        protocol: says how shots are drawn, and the seeds; every seed scores the items of the first one's limit.
        items: in the split that is scored.
        shots: for every item.
        pool: needed for shots.
        limit: score only this many items.
        seed: one of the protocol's; None takes the first.

    Raises:
        EmptyData: the pool has too few items.
    """
    if not shots and (limit is None or limit >= items):
        return Draw(places=range(items))
    first = protocol.seeds[0]
    stream, order = _ordered(protocol, items, first)
    scored = order[:limit]
    if not shots or pool is None:
        return Draw(places=sorted(scored))
    needed = shots + pool.own
    if len(pool.answers) < needed:
        problem = f"needs {needed} items to draw {shots} shots from, but the split has {len(pool.answers)}"
        raise EmptyData("shots", problem, "Use fewer shots or another split")
    seed, order = first if seed is None else seed, scored
    if seed != first:
        stream, order = _ordered(protocol, items, seed)
    drawn = DRAWS[protocol.shots](stream, order, pool, shots)
    settled = {place: _settled(place, drawn[place], pool, shots, seed) for place in scored}
    own = frozenset(place for place in scored if not pool.alike.get(place, frozenset()).isdisjoint(drawn[place]))
    return Draw(places=sorted(scored), shots=settled, replaced=own)


def _ordered(protocol: Protocol, items: int, seed: int) -> tuple[Random, list[int]]:
    """The random stream and the order of the items, from which the stream's draws go on."""
    stream = Random(seed)
    order = list(range(items))
    if protocol.order == "shuffled":
        stream.shuffle(order)
    return stream, order


def _per_item(stream: Random, order: Sequence[int], pool: Pool, shots: int) -> Shots:
    """The harness's way: for every item a new sample; from its own split one more, of which it is left out.

    Source: lm-evaluation-harness, jp-stable up to 3b52e8c (with items shuffled before), and release 0.4.13.
    """
    everyone = range(len(pool.answers))
    return {place: tuple(stream.sample(everyone, shots + pool.own)) for place in order}


def _stratified(stream: Random, order: Sequence[int], pool: Pool, shots: int) -> Shots:
    """For every item a new sample, with the classes in about the shares that they have in the split.

    A class gets its share of the shots, rounded down; what is left goes one by one to the class that has fewest, the
    first seen among equals.

    Source: lm-evaluation-harness, jp-stable since c79c7a7.
    """
    classes = _classes(pool)
    counts = {answer: int(len(members) / len(pool.answers) * shots) for answer, members in classes.items()}
    while sum(counts.values()) < shots:
        open_to_more = [answer for answer in counts if counts[answer] < len(classes[answer])]
        counts[min(open_to_more, key=counts.__getitem__)] += 1
    drawn = {}
    for place in order:
        sample = [index for answer, count in counts.items() for index in stream.sample(classes[answer], count)]
        stream.shuffle(sample)
        drawn[place] = tuple(sample)
    return drawn


def _fixed(stream: Random, order: Sequence[int], pool: Pool, shots: int) -> Shots:
    """One sample for all, the classes in turn."""
    queues = [
        stream.sample(members, min(len(members), shots + 1))
        for _, members in sorted(_classes(pool).items(), key=lambda found: repr(found[0]))
    ]
    stream.shuffle(queues)
    turns = tuple(index for turn in zip_longest(*queues) for index in turn if index is not None)
    return dict.fromkeys(order, turns[:shots])


DRAWS = {"per_item": _per_item, "stratified": _stratified, "fixed": _fixed}


def _classes(pool: Pool) -> dict[int | None, list[int]]:
    """Right choice -> the items that have it, the classes in the order in which they are first seen."""
    classes: defaultdict[int | None, list[int]] = defaultdict(list)
    for index, answer in enumerate(pool.answers):
        classes[answer].append(index)
    return classes


def _settled(place: int, drawn: tuple[int, ...], pool: Pool, shots: int, seed: int) -> tuple[int, ...]:
    """An item's shots, what it must not be shown left out, and where too few are left, another of its class instead."""
    barred = pool.barred(place)
    kept = [index for index in drawn if index not in barred]
    if len(kept) >= shots:
        return tuple(kept[:shots])
    extra = [index for index in drawn[shots:] if index not in barred]
    spare = extra + _spare(Random(f"{seed}/{place}"), pool, {*barred, *drawn})
    shown = list(drawn[:shots])
    for at, index in enumerate(shown):
        if index in barred:
            of_class = (other for other in spare if pool.answers[other] == pool.answers[index])
            instead = next(of_class, next(iter(spare), None))
            if instead is None:
                problem = f"must leave {shots} shots that ask something else than item {place}, but leaves {len(kept)}"
                raise EmptyData("shots", problem, "Use fewer shots or another split")
            spare.remove(instead)
            shown[at] = instead
    return tuple(shown)


def _spare(stream: Random, pool: Pool, taken: set[int]) -> list[int]:
    """Everything that may still be shown, in an order of the item's own."""
    spare = [index for index in range(len(pool.answers)) if index not in taken]
    stream.shuffle(spare)
    return spare


def alike(asked: Sequence[int], pool: Sequence[int], *, own: bool) -> Iterator[tuple[int, frozenset[int]]]:
    """Every item that the pool asks, too, and where.

    Args:
        asked: the items' contents, as hashes.
        pool: the contents of what shots are drawn from.
        own: both are the same split, where everything stands at least once.
    """
    places: defaultdict[int, set[int]] = defaultdict(set)
    for index, content in enumerate(pool):
        places[content].add(index)
    for place, content in enumerate(asked):
        found = places.get(content, set()) - ({place} if own else set())
        if found:
            yield place, frozenset(found)
