"""The main table turned for a terminal."""

from tehon.records.reporting import Report, TextTable
from tehon.report import wording
from tehon.report.legend import below_chance, legend
from tehon.report.tables import Column, Entry, score_table


def side_by_side(report: Report) -> TextTable:
    """A row a column of Table II, models beside each other."""
    table = score_table(report)
    rows = []
    for place, column in enumerate(table.columns):
        chances = [wording.chance(column.metric, blind.values[place]) for blind in table.blind]
        cells = [_cell(row.entries[place]) for row in table.rows]
        rows.append((row_title(column), *chances, *cells))
    return TextTable(
        title=report.title,
        columns=("", *(blind.short for blind in table.blind), *(row.model.model for row in table.rows)),
        rows=tuple(rows),
        notes=(*legend(table), *filter(None, [below_chance(table)])),
    )


def row_title(column: Column) -> str:
    """`jnli 3-shot (0.3): accuracy`: short, with shots only where there are any."""
    shots = f" {column.shots}-shot" if column.shots else ""
    frame = f" ({column.template})" if column.template else ""
    return f"{column.task}{shots}{frame}: {wording.short_title(column.metric)}"


def _cell(entry: Entry) -> str:
    error = f" ±{entry.error}" if entry.error else ""
    error += f" σ{entry.spread}" if entry.spread else ""
    arrow = f" {entry.arrow}" if entry.arrow else ""
    return f"{entry.text}{error}{entry.marks}{arrow}"
