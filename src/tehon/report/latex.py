"""The paper's two tables for LaTeX, with booktabs, ready to be included."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from tehon.records.reporting import Report
from tehon.report import recipes, tables, wording
from tehon.writing import words
from tehon.writing.escaping import for_latex

MARKS = {
    "*": "*",
    "†": "\\dagger",
    "‡": "\\ddagger",
    "§": "\\S",
    "¶": "\\P",
    "‼": "!!",
    "‖": "\\Vert",
    "~": "\\sim",
    "#": "\\#",
    "°": "\\circ",
}
"""Mark -> how LaTeX writes it between dollars."""
NEEDS = "% Needs \\usepackage{booktabs}, and a font with Japanese where names hold any."


def table_one(report: Report) -> str:
    """Table I: a row a setting, a column an adapter; empty where no adapter is in the report."""
    if not report.tunings:
        return ""
    titles = " & ".join(["", *(for_latex(each) for each in recipes.headings(report.tunings))])
    body = [
        " & ".join([for_latex(name), *map(for_latex, values)]).replace(words.MISSING, "--") + r" \\"
        for name, values in recipes.rows(report.tunings, recipes.stated)
    ]
    return _tabular("l" + "l" * len(report.tunings), [titles + r" \\", "\\midrule", *body])


def table_two(report: Report) -> str:
    """Table II: a row a model, bases followed by what was tuned from them."""
    table = tables.score_table(report)
    lines = [*_head(table.columns), "\\midrule", *map(_row, table.rows)]
    lines += ["\\midrule"] if table.blind else []
    for blind in table.blind:
        chances = [
            wording.chance(column.metric, value).replace(words.MISSING, "--")
            for column, value in zip(table.columns, blind.values, strict=True)
        ]
        lines.append(" & ".join([blind.title.capitalize(), *chances]) + r" \\")
    return _tabular("l" + "r" * len(table.columns), lines)


def _tabular(columns: str, lines: Sequence[str]) -> str:
    around = [NEEDS, f"\\begin{{tabular}}{{{columns}}}", "\\toprule"]
    return "\n".join([*around, *lines, "\\bottomrule", "\\end{tabular}", ""])


def _head(columns: Sequence[tables.Column]) -> Iterator[str]:
    """A line of tasks over all their columns, and a line of metrics, in as many lines as they have parts."""
    tasks, rules, last = [""], [], 1
    for task, run in groupby(columns, key=lambda column: column.task):
        first, last = last + 1, last + len(list(run))
        tasks.append(f"\\multicolumn{{{last - first + 1}}}{{c}}{{{for_latex(wording.task_title(task))}}}")
        rules.append(f"\\cmidrule(lr){{{first}-{last}}}")
    yield " & ".join(tasks) + r" \\"
    yield "".join(rules)
    yield " & ".join(["Model", *map(_heading, columns)]) + r" \\"


def _heading(column: tables.Column) -> str:
    """`accuracy` over `3-shot`."""
    parts = [*wording.metric_title(column.metric).split(", "), f"{column.shots}-shot", column.template]
    stacked = r"\\".join(for_latex(part) for part in parts if part)
    return f"\\shortstack[r]{{{stacked}}}"


def _row(row: tables.Row) -> str:
    cells = []
    for entry in row.entries:
        text = f"\\textbf{{{entry.text}}}" if entry.best else entry.text.replace(words.MISSING, "--")
        error = f" {{\\scriptsize$\\pm${entry.error}}}" if entry.error else ""
        cells.append(f"{text}{error}" + (f"$^{{{_marks(entry.marks)}}}$" if entry.marks else ""))
    return " & ".join([for_latex(row.model.model), *cells]) + r" \\"


def _marks(marks: str) -> str:
    return "".join(MARKS[mark] for mark in marks)
