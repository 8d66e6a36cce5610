"""What becomes of a release's examples or documents on their way into tokens, counted exactly."""

from enum import IntEnum

from tehon.errors import DataError, EmptyData
from tehon.records.record import Record
from tehon.records.tuning import Recipe

DROPPED_AT_MOST = 0.01
"""Share of a release that may be lost without an error."""
NAMED = 8
"""Contents that were left out and are named."""


class Fate(IntEnum):
    """What had to be done to a piece: nothing; cut on the right, so that the end token is lost; its history, input or
    instruction shortened; or it is one of several of a document that is longer than a sequence.
    """  # noqa: D205 - one thing in one sentence

    WHOLE = 0
    CUT_RIGHT = 1
    SHORTENED = 2
    PART = 3


class Counted(Record, kw_only=True):
    """The counts of a whole release.

    Attributes:
        read: examples or documents.
        cut_right: cut on the right; the end token is lost.
        input_shortened: history, input or instruction shortened.
        dropped: left out because nothing is scored.
        named: ids of the first of those.
        highest: the highest token.
    """

    read: int
    cut_right: int
    input_shortened: int
    dropped: int
    named: tuple[str, ...]
    highest: int


class Tally:
    """Counts as contents go by.

    Attributes:
        read: so far.
    """

    def __init__(self) -> None:
        """Count nothing yet."""
        self.read = self._dropped = 0
        self._fates = dict.fromkeys(Fate, 0)
        self._named: list[str] = []

    def keep(self, fate: Fate = Fate.WHOLE) -> None:
        """Count one that stays."""
        self.read += 1
        self._fates[fate] += 1

    def drop(self, name: str) -> None:
        """Count one that is left out."""
        self.read += 1
        self._dropped += 1
        if len(self._named) < NAMED:
            self._named.append(name)

    def counted(self, recipe: Recipe, highest: int) -> Counted:
        """The counts, once everything has gone by.

        Args:
            recipe: how.
            highest: the highest token.

        Raises:
            EmptyData: there was nothing.
            DataError: more than 1 % is left out.
        """
        if not self.read:
            raise EmptyData("the release", "must hold something to tune on, but is empty", "Build a release first")
        if self._dropped > self.read * DROPPED_AT_MOST or self._dropped == self.read:
            problem = (
                f"at most 1 % of the {recipe.trained_on} may be left without anything that is scored, but "
                f"{self._dropped} of {self.read} are at {recipe.sequence_length} tokens, such as {self._named[0]}"
            )
            remedy = "Raise sequence_length, or leave those with such long or empty responses out of the mixture"
            raise DataError(f"recipe {recipe.name}", problem, remedy)
        return Counted(
            read=self.read,
            cut_right=self._fates[Fate.CUT_RIGHT],
            input_shortened=self._fates[Fate.SHORTENED],
            dropped=self._dropped,
            named=tuple(self._named),
            highest=highest,
        )
