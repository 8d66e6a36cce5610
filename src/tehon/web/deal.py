"""Who sees what next, and on which side: chance that is the same after every reload and restart."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b

from tehon.errors import DataError
from tehon.records.preferences import Matchup, Verdict, Vote
from tehon.storage.votes import VoteFile

REMEMBERED = 64
"""People whose order of matchups is kept; another one's is made again."""


class Deal:
    """Matchups dealt out to people, each to every person once.

    Args:
        matchups: everything that is compared.
        votes: where verdicts go; those that are there are not asked for again.
        scripted: whoever votes here is a program.
    """

    def __init__(self, matchups: Sequence[Matchup], votes: VoteFile, *, scripted: bool = False) -> None:
        """Deal nothing yet."""
        self._matchups = {matchup.key: matchup for matchup in matchups}
        self._votes = votes
        self._scripted = scripted
        self._order = lru_cache(REMEMBERED)(self._sorted)

    @property
    def count(self) -> int:
        """Matchups that everybody is asked about."""
        return len(self._matchups)

    def judged(self, voter: str) -> int:
        """Of them, those that this person has judged."""
        return sum(self._votes.has(voter, key) for key in self._matchups)

    def following(self, voter: str) -> Matchup | None:
        """What this person judges next; None where nothing is left."""
        return next((self._matchups[key] for key in self._order(voter) if not self._votes.has(voter, key)), None)

    def shown(self, voter: str, matchup: Matchup) -> tuple[int, int]:
        """Which of the two models stands as A, and which as B, for this person."""
        return sides(voter, matchup.key)

    def judge(self, voter: str, key: str, choice: Verdict, reason: str) -> bool:
        """Whether this verdict counts: the first one does.

        Raises:
            DataError: there is no such matchup here.
        """
        if key not in self._matchups:
            raise DataError("vote", "must be about a matchup of this server, but is not", "Load the page again")
        matchup = self._matchups[key]
        shown = self.shown(voter, matchup)
        return self._votes.add(cast(matchup, shown, voter, choice, reason, scripted=self._scripted))

    def last(self, voter: str) -> str | None:
        """What this person judged last."""
        return self._votes.last(voter, self._matchups)

    def undo(self, voter: str, key: str) -> bool:
        """Whether this person's verdict on this matchup stood, and does not any more; it is asked for again."""
        return key in self._matchups and self._votes.retract(voter, key, now())

    def _sorted(self, voter: str) -> tuple[str, ...]:
        return tuple(sorted(self._matchups, key=lambda key: _chance("order", voter, key)))


def cast(matchup: Matchup, shown: tuple[int, int], voter: str, choice: Verdict, reason: str, *, scripted: bool) -> Vote:
    """A person's verdict as it is written down.

    Args:
        matchup: what was judged.
        shown: which of its models stood as A, and which as B.
        voter: who judged.
        choice: the verdict.
        reason: in the person's words; may be empty.
        scripted: a program judged.
    """
    left, right = shown
    return Vote(
        voter=voter,
        matchup=matchup.key,
        task=matchup.task,
        item=matchup.item,
        models=(matchup.models[left], matchup.models[right]),
        choice=choice,
        reason=reason,
        time=now(),
        scripted=scripted,
    )


def now() -> str:
    """The time, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def sides(voter: str, key: str) -> tuple[int, int]:
    """Which of two stands as A, and which as B, for this person: by chance, and the same at every look."""
    return (1, 0) if _chance("side", voter, key)[0] & 1 else (0, 1)


def _chance(purpose: str, voter: str, key: str) -> bytes:
    return blake2b(f"{voter}\0{key}".encode(), key=purpose.encode(), digest_size=16).digest()
