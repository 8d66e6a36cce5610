"""Which items are scored and which shots each of them is shown, as indices into the upstream files."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest
from random import Random

from tehon.errors import EmptyData
from tehon.records.evaluation import Protocol
from tehon.records.record import Record


class Draw(Record, kw_only=True):
    """What one cell scores.

    Attributes:
        places: items to score, ascending; all of them as a range.
        shots: item -> its shots in the order in which they are shown; empty for zero shots.
    """

    places: Sequence[int]
    shots: Mapping[int, tuple[int, ...]] = {}

    @property
    def wanted(self) -> frozenset[int]:
        """Every index that is somebody's shot."""
        return frozenset(chain.from_iterable(self.shots.values()))


class Pool(Record, kw_only=True):
    """What shots are drawn from.

    Attributes:
        answers: the index of the right choice of every item of the split; None for tasks without choices.
        own: it is the split that is scored, so an item must be kept from being its own shot.
    """

    answers: Sequence[int | None]
    own: bool


def draw(protocol: Protocol, items: int, *, shots: int = 0, pool: Pool | None = None, limit: int | None = None) -> Draw:
    """Shuffle, cut to the limit, and draw shots in the shuffled order, so that a limit changes nobody's shots.

    Args:
        protocol: says how shots are drawn, and the seed.
        items: in the split that is scored.
        shots: for every item.
        pool: needed for shots.
        limit: score only this many items.

    Raises:
        EmptyData: the pool has too few items.
    """
    if not shots and (limit is None or limit >= items):
        return Draw(places=range(items))
    stream = Random(protocol.seed)
    order = list(range(items))
    stream.shuffle(order)
    order = order[:limit]
    if not shots or pool is None:
        return Draw(places=sorted(order))
    needed = shots + pool.own
    if len(pool.answers) < needed:
        problem = f"needs {needed} items to draw {shots} shots from, but the split has {len(pool.answers)}"
        raise EmptyData("shots", problem, "Use fewer shots or another split")
    drawn = (_anew if protocol.shots == "harness42" else _once)(stream, order, pool, shots)
    return Draw(places=sorted(order), shots=drawn)


def _anew(stream: Random, order: Sequence[int], pool: Pool, shots: int) -> dict[int, tuple[int, ...]]:
    """The harness's way: one stream, and for every item a new sample; from its own split one more, without itself."""
    everyone = range(len(pool.answers))
    drawn = {}
    for place in order:
        sample = stream.sample(everyone, shots + pool.own)
        drawn[place] = tuple(index for index in sample if not (pool.own and index == place))[:shots]
    return drawn


def _once(stream: Random, order: Sequence[int], pool: Pool, shots: int) -> dict[int, tuple[int, ...]]:
    """One sample for all, the classes in turn; who is in it himself is replaced by another of his class."""
    classes: defaultdict[int | None, list[int]] = defaultdict(list)
    for index, answer in enumerate(pool.answers):
        classes[answer].append(index)
    queues = [stream.sample(members, min(len(members), shots + 1)) for _, members in sorted(classes.items(), key=repr)]
    stream.shuffle(queues)
    turns = [index for turn in zip_longest(*queues) for index in turn if index is not None]
    chosen, spare = turns[:shots], turns[shots:]
    drawn = dict.fromkeys(order, tuple(chosen))
    if pool.own:
        for place in drawn.keys() & chosen:
            alike = (index for index in spare if pool.answers[index] == pool.answers[place])
            instead = next(alike, spare[0])
            drawn[place] = tuple(instead if index == place else index for index in chosen)
    return drawn
