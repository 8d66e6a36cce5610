"""What a judge model says of two models' answers."""

from tehon.records.record import Record


class Tally(Record, kw_only=True):
    """How often each of two models was preferred in one task; every pair of answers was shown in both orders.

    Attributes:
        task: its name; empty for all tasks together.
        shots: number of shots.
        count: pairs of answers.
        first: preferred in both orders.
        second: likewise.
        ties: of which the judge called neither better, in one order at least.
        swayed: of which it preferred whichever stood first, or whichever stood second: ties, too.
        unclear: a reply held no verdict.
        p_value: of the exact sign test over the pairs that have a winner.
    """

    task: str = ""
    shots: int = 0
    count: int
    first: int
    second: int
    ties: int
    swayed: int
    unclear: int
    p_value: float


class Judged(Record, kw_only=True):
    """Two models before one judge: `judgement.json`.

    Attributes:
        judge: the judge model's name.
        judge_digest: of whatever can be known of it.
        first: the first model's name.
        second: the second one's.
        prompt: the frame of every question to the judge.
        tallies: task by task, then over all of them where there are several.
    """

    judge: str
    judge_digest: str
    first: str
    second: str
    prompt: str
    tallies: tuple[Tally, ...]
