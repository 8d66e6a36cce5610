"""What stands below the table: its marks, with the items that they concern, and what it shows beside chance."""

from collections.abc import Iterator, Sequence

from tehon.report import wording
from tehon.report.tables import Column, Entry, Row, ScoreTable
from tehon.writing.words import listing

SPREAD = "σ the standard deviation over several draws of the shots"
Marked = tuple[Row, Column, Entry]


def legend(table: ScoreTable) -> tuple[str, ...]:
    """One line for every mark that the table uses, with the items that it concerns."""
    entries = [
        (row, column, entry) for row in table.rows for column, entry in zip(table.columns, row.entries, strict=True)
    ]
    lines = []
    for mark, meaning in wording.MEANINGS.items():
        marked = [each for each in entries if mark in each[2].marks or mark == each[2].arrow]
        if marked:
            counts = "; ".join(_counts(mark, marked))
            lines.append(f"{mark} {meaning}" + (f" ({counts})" if counts else ""))
    if any(entry.spread for _, _, entry in entries):
        lines.append(SPREAD)
    for row in table.rows:
        if row.model.seeds:
            drawn = ", ".join(map(str, row.model.seeds))
            lines.append(f"± {row.model.model}: the standard deviation over models tuned with the seeds {drawn}")
    return tuple(lines)


def _counts(mark: str, marked: Sequence[Marked]) -> Iterator[str]:
    """The models with the same counts together, then cell by cell how many items have the mark."""
    models: dict[str, list[str]] = {}
    for row, column, entry in marked:
        if said := _count(mark, column, entry):
            models.setdefault(said, []).append(row.model.model)
    together: dict[tuple[str, ...], list[str]] = {}
    for said, named in models.items():
        together.setdefault(tuple(dict.fromkeys(named)), []).append(said)
    return (f"{listing(named)}: {', '.join(counts)}" for named, counts in together.items())


def _count(mark: str, column: Column, entry: Entry) -> str:
    for flag in entry.score.flags if entry.score else ():
        name, _, count = flag.partition(":")
        if entry.score and wording.MARKS.get(name) == mark and count.isdecimal():
            return f"{wording.cell_title(column.task, column.shots)} {int(count):,} of {entry.score.count:,}"
    return ""


def below_chance(table: ScoreTable) -> str:
    """How many columns no model lifts above the most frequent answer, in one sentence; empty where there is none."""
    judged = [(place, chance) for place, chance in enumerate(table.baselines) if chance is not None]
    below = [
        place
        for place, chance in judged
        if all(entry.value is None or entry.value <= chance for entry in (row.entries[place] for row in table.rows))
    ]
    if not below:
        return ""
    where = "the only column" if len(judged) == 1 else f"{len(below)} of {len(judged)} columns"
    return f"In {where} with a most frequent answer, no model does better than always giving it."
