"""What people say of two models' answers: the items they see, their votes, and what the votes come to."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from tehon.records.record import Record

Verdict = Literal["a", "b", "tie", "bad"]
"""The answer on the left, the one on the right, neither is better, neither is any good."""
Name = Annotated[str, msgspec.Meta(min_length=1)]


class PageName(StrEnum):
    """What a server can show, in this order."""

    COMPARE = "compare"
    LIVE = "live"
    CHAT = "chat"
    BROWSE = "browse"


class PreparedItem(Record, kw_only=True):
    """One line of a prepared set: a prompt with the answers of two systems or more.

    Attributes:
        id: unique in the file.
        prompt: what every system was asked.
        answers: system -> what it wrote.
        task: a heading for items that belong together; may be empty.
    """

    id: Name
    prompt: str
    answers: Annotated[dict[Name, str], msgspec.Meta(min_length=2)]
    task: str = ""


class Matchup(Record, kw_only=True):
    """Two models' answers to one prompt, as a person compares them.

    Attributes:
        key: of everything in here, so that other answers are another matchup.
        task: that the item belongs to; may be empty.
        item: its id.
        prompt: what both were asked.
        models: their names.
        answers: of the models, in that order.
    """

    key: str
    task: str
    item: str
    prompt: str
    models: tuple[str, str]
    answers: tuple[str, str]


class Vote(Record, kw_only=True):
    """One person's judgement of one matchup: one line of the file of votes.

    Attributes:
        voter: the name that the person typed.
        matchup: its key.
        task: that the item belongs to; may be empty.
        item: its id.
        models: in the order shown, A first.
        choice: `a`, `b`, `tie`, or `bad` where neither answer is any good.
        reason: in the person's words; may be empty.
        time: when, ISO 8601 in UTC.
        scripted: a program voted, and says so.
    """

    voter: Name
    matchup: Name
    task: str = ""
    item: str
    models: tuple[Name, Name]
    choice: Verdict
    reason: str = ""
    time: str
    scripted: bool = False


class Retraction(Record, kw_only=True):
    """A person takes back a vote: a line of the file of votes, behind the vote's own.

    Attributes:
        voter: who cast it.
        retracts: the key of the matchup that it was about.
        time: when, ISO 8601 in UTC.
    """

    voter: Name
    retracts: Name
    time: str


class Interval(Record, kw_only=True):
    """Holds a value in 95 of 100 such samples of votes."""

    low: float
    high: float


class PairPreference(Record, kw_only=True):
    """How two models compare.

    Attributes:
        models: their names, sorted.
        count: votes.
        first: for the first model.
        second: for the second.
        ties: neither is better.
        bad: neither is any good.
        win_rate: of the first model, ties and both-bad counted as half a win to each.
        interval: of the win rate; None where all votes are about one item.
        p_value: of the exact sign test over the votes that have a winner.
        shown_first: votes for whichever stood on the left, of those that have a winner.
    """

    models: tuple[str, str]
    count: int
    first: int
    second: int
    ties: int
    bad: int
    win_rate: float
    interval: Interval | None
    p_value: float
    shown_first: int


class Strength(Record, kw_only=True):
    """A model's Bradley–Terry score.

    Attributes:
        model: its name.
        score: on a scale where 400 points are odds of ten to one; the mean of all models is 0.
        interval: of the score; None where all votes are about one item.
    """

    model: str
    score: float
    interval: Interval | None


class Agreement(Record, kw_only=True):
    """How far people agree beyond chance: Krippendorff's alpha of nominal verdicts.

    Attributes:
        alpha: 1 where all agree, 0 where they agree as often as chance would; None where it is not defined.
        matchups: that two people or more judged.
        voters: who judged them.
    """

    alpha: float | None
    matchups: int
    voters: int


class Preferences(Record, kw_only=True):
    """What votes come to.

    Attributes:
        votes: that count.
        scripted: of these, cast by programs.
        voters: name -> votes.
        pairs: every two models that were compared.
        strengths: every model, the strongest first; empty where some were never compared with the rest.
        agreement: between people.
    """

    votes: int
    scripted: int
    voters: dict[str, int]
    pairs: tuple[PairPreference, ...]
    strengths: tuple[Strength, ...]
    agreement: Agreement
