"""The report as Markdown, as one HTML page, as LaTeX and as CSV; every byte follows from the record."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import groupby

from tehon.records.reporting import Report
from tehon.report import tables, wording
from tehon.report.page import page
from tehon.writing import words
from tehon.writing.escaping import for_latex, for_markdown
from tehon.writing.html import environment
from tehon.writing.html import page as standing_page

TEX_MARKS = {
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
CSV_COLUMNS = (
    "model",
    "role",
    "base",
    "task",
    "template",
    "shots",
    "metric",
    "value",
    "standard_error",
    "low",
    "high",
    "interval",
    "count",
    "baseline",
    "random_baseline",
    "flags",
)


def html(report: Report) -> str:
    """One page that needs nothing else: no script, and a policy that forbids the network."""
    return standing_page("tehon.report", "report.html.jinja", _values(report))


def markdown(report: Report) -> str:
    """The same for reading in a repository or a terminal."""
    return environment("tehon.report", for_markdown).get_template("report.md.jinja").render(_values(report))


def _values(report: Report) -> dict[str, object]:
    return page(report) | {"wording": wording, "tables": tables, "words": words}


def scores_csv(report: Report) -> str:
    """Every score of every model, one a line, numbers in full."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for model in report.models:
        for score in model.scores:
            writer.writerow(
                (
                    *(model.model, model.role, model.base, score.task, score.template, score.shots, score.metric),
                    *(score.value, score.standard_error, *(score.interval or ("", "")), score.interval_kind),
                    *(score.count, score.baseline, score.random_baseline, " ".join(score.flags)),
                )
            )
    return stream.getvalue()


def table_tex(report: Report) -> str:
    """Table II for a paper, with booktabs, ready to be included."""
    table = tables.score_table(report)
    lines = [
        "% Needs \\usepackage{booktabs}, and a font with Japanese where names hold any.",
        f"\\begin{{tabular}}{{l{'r' * len(table.columns)}}}",
        "\\toprule",
        *_tex_head(table.columns),
        "\\midrule",
        *map(_tex_row, table.rows),
    ]
    lines += ["\\midrule"] if table.blind else []
    for blind in table.blind:
        chances = [
            wording.chance(column.metric, value).replace(words.MISSING, "--")
            for column, value in zip(table.columns, blind.values, strict=True)
        ]
        lines.append(" & ".join([blind.title.capitalize(), *chances]) + r" \\")
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}", ""])


def _tex_head(columns: Sequence[tables.Column]) -> Iterator[str]:
    """A line of tasks over all their columns, and a line of metrics, in as many lines as they have parts."""
    tasks, rules, last = [""], [], 1
    for task, run in groupby(columns, key=lambda column: column.task):
        first, last = last + 1, last + len(list(run))
        tasks.append(f"\\multicolumn{{{last - first + 1}}}{{c}}{{{for_latex(wording.task_title(task))}}}")
        rules.append(f"\\cmidrule(lr){{{first}-{last}}}")
    yield " & ".join(tasks) + r" \\"
    yield "".join(rules)
    yield " & ".join(["Model", *map(_tex_heading, columns)]) + r" \\"


def _tex_heading(column: tables.Column) -> str:
    """`accuracy` over `3-shot`."""
    parts = [*wording.metric_title(column.metric).split(", "), f"{column.shots}-shot", column.template]
    stacked = r"\\".join(for_latex(part) for part in parts if part)
    return f"\\shortstack[r]{{{stacked}}}"


def _tex_row(row: tables.Row) -> str:
    cells = []
    for entry in row.entries:
        text = f"\\textbf{{{entry.text}}}" if entry.best else entry.text.replace(words.MISSING, "--")
        error = f" {{\\scriptsize$\\pm${entry.error}}}" if entry.error else ""
        cells.append(f"{text}{error}" + (f"$^{{{_tex_marks(entry.marks)}}}$" if entry.marks else ""))
    return " & ".join([for_latex(row.model.model), *cells]) + r" \\"


def _tex_marks(marks: str) -> str:
    return "".join(TEX_MARKS[mark] for mark in marks)
