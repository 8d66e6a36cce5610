"""Which part of an evaluation is answered here, where several processes answer one suite."""

import os
from typing import Annotated, Literal

import msgspec

from tehon.errors import UsageError
from tehon.records.record import Record


class Share(Record, kw_only=True):
    """A process among those that answer one suite; each takes every `world`-th chunk of items.

    Attributes:
        rank: its number, from 0.
        world: how many they are.
        scored_by: whoever is the last to answer, or the first process, which waits for the others.
    """

    rank: Annotated[int, msgspec.Meta(ge=0)] = 0
    world: Annotated[int, msgspec.Meta(ge=1)] = 1
    scored_by: Literal["last", "first"] = "last"

    @property
    def scores(self) -> bool:
        """Whether this process may be the one that scores."""
        return self.scored_by == "last" or self.rank == 0

    @property
    def waits(self) -> bool:
        """Whether it waits for answers of others."""
        return self.scored_by == "first" and self.rank == 0

    def has(self, number: int, first: int = 0) -> bool:
        """Whether a chunk is answered here, where the share numbered `first` takes chunk 0."""
        return (first + number) % self.world == self.rank


WHOLE = Share()


def named_share(text: str) -> Share:
    """`0/8`: the first of eight; the last of them to answer scores.

    Raises:
        UsageError: it is not of that form.
    """
    rank, _, world = text.partition("/")
    if not (rank.isdecimal() and world.isdecimal() and int(rank) < int(world)):
        problem = f"must be a number from 0 and how many there are, such as 0/8, got {text!r}"
        raise UsageError("--share", problem, "The last of eight is 7/8")
    return Share(rank=int(rank), world=int(world))


def launched_share() -> Share:
    """What `torchrun` or `accelerate launch` say that this process is; the whole where neither started it."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    return Share(rank=int(os.environ.get("RANK", "0")), world=world, scored_by="first") if world > 1 else WHOLE
