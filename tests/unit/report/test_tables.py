"""Table II: who stands where, who is best, and what the marks say."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.records.evaluation import ItemResult
from tehon.records.reporting import Report
from tehon.report.run import report
from tehon.report.tables import BASELINE, column_title, legend, score_table, side_by_side

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]


@pytest.fixture
def written(pair: list[Path], tmp_path: Path) -> Report:
    return report(pair, tmp_path / "report", title="Weather")


def test_every_task_has_one_column_with_its_headline_metric(written: Report) -> None:
    assert [column_title(column) for column in score_table(written).columns] == [
        "weather, 3-shot: accuracy",
        "picture, 0-shot: perplexity per item, with end token",
    ]


def test_low_perplexity_and_high_accuracy_are_best(written: Report) -> None:
    base, tuned = score_table(written).rows
    assert [entry.best for entry in base.entries] == [False, False]
    assert [entry.best for entry in tuned.entries] == [True, True]
    assert [entry.arrow for entry in tuned.entries] == ["▲", "▲"]
    assert [entry.arrow for entry in base.entries] == ["", ""]


def test_a_constant_answer_is_marked_and_equals_the_baseline(written: Report) -> None:
    table = score_table(written)
    first = table.rows[0].entries[0]
    assert first.marks == "‡"
    assert first.value == table.baselines[0]


def test_the_legend_counts_items_and_explains_only_what_is_there(written: Report) -> None:
    lines = legend(score_table(written))
    assert [line[0] for line in lines] == ["*", "‡", "§", "▲"]
    assert lines[0].endswith("(small, tuned, weather, 3-shot: 60 of 60)")


def test_the_terminal_s_table_has_a_text_for_every_column(written: Report) -> None:
    table = side_by_side(written)
    assert table.columns == ("", "majority", "small", "small, tuned")
    assert table.rows[0][1:3] == ("0.617", "0.617 ±0.063‡")
    assert table.rows[1][3].endswith("§ ▲")
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_equal_values_are_all_best_and_have_no_arrow(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    items = weather(skill=0.5, seed=1)
    runs = [write_scores("small", items), write_scores("tuned", items, adapter="f")]
    rows = score_table(report(runs, tmp_path / "report")).rows
    assert [row.entries[0].best for row in rows] == [True, True]
    assert [row.entries[0].arrow for row in rows] == ["", ""]


def test_a_worse_model_points_down_and_hollow_where_chance_could_do_it(
    write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    runs = [
        write_scores("small", weather(skill=0.9, seed=1)),
        write_scores("a little worse", weather(skill=0.87, seed=2), adapter="f"),
        write_scores("much worse", weather(skill=0.2, seed=3), adapter="e"),
    ]
    rows = score_table(report(runs, tmp_path / "report")).rows
    assert [row.entries[0].arrow for row in rows] == ["", "▽", "▼"]


def test_templates_are_columns_of_their_own_only_where_a_model_has_several(
    write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    items = weather(skill=0.5, seed=1)
    other = [replace(item, template="0.2") for item in items]
    one = report([write_scores("a", items), write_scores("b", other, base="models/b")], tmp_path / "one")
    assert [column.template for column in score_table(one).columns] == [""]
    both = report([write_scores("c", items + other)], tmp_path / "two")
    assert [column_title(column) for column in score_table(both).columns] == [
        "weather, 3-shot (0.3): accuracy",
        "weather, 3-shot (0.2): accuracy",
    ]


def test_a_model_that_was_not_asked_has_an_empty_cell(
    write_scores: Write, weather: Items, picture: Items, tmp_path: Path
) -> None:
    runs = [
        write_scores("a", weather(skill=1, seed=1) + picture(surprise=1, seed=1)),
        write_scores("b", weather(skill=1, seed=1), base="models/b"),
    ]
    table = score_table(report(runs, tmp_path / "report"))
    assert table.rows[1].entries[1].value is None
    assert table.rows[1].entries[1].text == "–"
    assert not table.rows[0].entries[1].best
    assert BASELINE in (tmp_path / "report" / "report.md").read_text("utf-8")
