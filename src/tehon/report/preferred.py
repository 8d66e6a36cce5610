"""What votes came to, as tables for a terminal or a page, and for other programs."""

import csv
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from pathlib import Path

from msgspec.structs import replace

from tehon.errors import DataError
from tehon.records.preferences import Interval, Preferences
from tehon.records.reporting import Report, TextTable
from tehon.report.preferences import preferences
from tehon.report.wording import p_value
from tehon.storage.votes import read_votes
from tehon.writing.words import MISSING, amount, share

MINUS = "\N{MINUS SIGN}"
CSV_COLUMNS = (
    "first",
    "second",
    "votes",
    "first_wins",
    "second_wins",
    "ties",
    "both_bad",
    "win_rate",
    "low",
    "high",
    "p_value",
    "votes_are",
)


def with_votes(report: Report, files: Sequence[Path]) -> Report:
    """The report with what the votes between its models come to, and a note where others were left out.

    Raises:
        RawFileMissing, Damaged: a file of votes is none.
        DataError: none is between two of its models.
    """
    votes = [vote for path in files for vote in read_votes(path)]
    known = {model.model for model in report.models}
    among = [vote for vote in votes if known.issuperset(vote.models)]
    if not among:
        named = ", ".join(sorted({model for vote in votes for model in vote.models})) or "nobody"
        problem = f"must compare models of this report, but are about {named}"
        raise DataError("--votes", problem, "Give the votes that were cast on these models' answers")
    left_out = len(votes) - len(among)
    note = [f"{amount(left_out, 'vote')} on models that are not in this report are left out."] if left_out else []
    return replace(report, preferences=preferences(among), notes=(*report.notes, *note))


def _within(interval: Interval | None, write: Callable[[float], str]) -> str:
    return "" if interval is None else f" ({write(interval.low)} … {write(interval.high)})"


def _points(score: float) -> str:
    return f"{score:+.0f}".replace("-", MINUS)


def tables(found: Preferences) -> tuple[TextTable, TextTable]:
    """Pair by pair, and model by model, for a terminal or a page."""
    pairs = [
        (
            " : ".join(pair.models),
            f"{pair.first:,} : {pair.second:,}",
            f"{pair.ties:,}",
            f"{pair.bad:,}",
            share(pair.win_rate) + _within(pair.interval, lambda rate: f"{100 * rate:.1f}"),
            p_value(pair.p_value),
        )
        for pair in found.pairs
    ]
    columns = ("first : second", "wins", "tie", "bad", "win rate", "p")
    strong = [(each.model, _points(each.score) + _within(each.interval, _points)) for each in found.strengths]
    return (
        TextTable(title=title(found), columns=columns, rows=tuple(pairs), notes=tuple(notes(found))),
        TextTable(title="Strength", columns=("model", "Bradley–Terry"), rows=tuple(strong), notes=()),
    )


def title(found: Preferences) -> str:
    """Whose preferences they are: a program's are never called a person's."""
    if found.scripted == found.votes:
        return "Scripted votes"
    return "Votes, some of them scripted" if found.scripted else "What people preferred"


def notes(found: Preferences) -> Iterator[str]:
    """What must be known to read the tables."""
    by = f"{amount(found.votes, 'vote')} of {amount(len(found.voters), 'voter')}"
    yield by + (f"; {found.scripted:,} cast by programs." if found.scripted else ".")
    yield "Win rate: of the first; ties and both bad are half a win to each. p: exact sign test without them."
    yield "In brackets: 95 % bootstrap intervals over items. Strength: 400 points are odds of ten to one."
    if not found.strengths:
        yield "No scale holds all models: some were never compared with the rest."
    decided = sum(pair.first + pair.second for pair in found.pairs)
    if decided:
        left = sum(pair.shown_first for pair in found.pairs)
        yield f"Of {decided:,} votes with a winner, {share(left / decided)} went to A."
    if found.agreement.matchups:
        alpha = MISSING if found.agreement.alpha is None else f"{found.agreement.alpha:.2f}".replace("-", MINUS)
        yield (
            f"Agreement of {amount(found.agreement.voters, 'voter')} on "
            f"{amount(found.agreement.matchups, 'comparison')}: Krippendorff's α = {alpha} (1 all, 0 as by chance)."
        )


def lead(found: Preferences) -> str:
    """What was done, for who reads the tables first."""
    who = "Programs" if found.scripted == found.votes else "People and programs" if found.scripted else "People"
    how = ", each by a rule of its own" if found.scripted == found.votes else ""
    return f"{who} judged two models' answers to one prompt, without seeing which wrote which{how}."


def pairs_csv(report: Report) -> str:
    """Pair by pair, numbers in full; empty where nobody voted."""
    if not (found := report.preferences):
        return ""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for pair in found.pairs:
        ends = ("", "") if pair.interval is None else (pair.interval.low, pair.interval.high)
        counts = (pair.count, pair.first, pair.second, pair.ties, pair.bad)
        writer.writerow((*pair.models, *counts, pair.win_rate, *ends, pair.p_value, title(found)))
    return stream.getvalue()
