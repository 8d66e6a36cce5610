"""Table II: who stands where, who is best, and what the marks say."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.records.reporting import Report
from tehon.records.scores import ItemResult
from tehon.report.legend import below_chance, legend
from tehon.report.run import report
from tehon.report.tables import BASELINE, column_title, headlines, score_table
from tehon.report.terminal import side_by_side

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]


@pytest.fixture
def written(pair: list[Path], tmp_path: Path) -> Report:
    return report(pair, tmp_path / "report", title="Weather")


def test_every_task_has_a_column_for_each_of_its_headline_metrics(written: Report) -> None:
    assert [column_title(column) for column in score_table(written).columns] == [
        "weather, 3-shot: accuracy",
        "picture, 0-shot: perplexity per item, with end token",
        "picture, 0-shot: perplexity per item",
        "questions, 0-shot: ends by itself",
    ]


@pytest.mark.parametrize(
    ("metrics", "shown"),
    [
        ({"accuracy", "mcc", "macro_f1"}, ("accuracy",)),
        ({"distinct", "contains_answer", "ends"}, ("ends", "contains_answer")),
        ({"token_perplexity", "item_perplexity"}, ("item_perplexity",)),
        ({"token_perplexity"}, ("token_perplexity",)),
        ({"mcc"}, ()),
    ],
)
def test_the_first_group_that_a_task_has_is_shown_whole(metrics: set[str], shown: tuple[str, ...]) -> None:
    assert headlines(metrics) == shown


def test_columns_of_one_task_and_metric_stand_together(write_scores: Write, questions: Items, tmp_path: Path) -> None:
    once = [replace(item, correct=True) for item in questions(["北岳", "出ます。"])]
    items = [*once, *(replace(item, shots=2) for item in once)]
    table = score_table(report([write_scores("small", items)], tmp_path / "report"))
    assert [(column.metric, column.shots) for column in table.columns] == [
        ("ends", 0),
        ("ends", 2),
        ("contains_answer", 0),
        ("contains_answer", 2),
    ]


def test_low_perplexity_and_high_accuracy_are_best(written: Report) -> None:
    base, tuned = score_table(written).rows
    assert [entry.best for entry in base.entries] == [False] * 4
    assert [entry.best for entry in tuned.entries] == [True] * 4
    assert [entry.arrow for entry in tuned.entries] == ["△", "▲", "▲", "△"]
    assert [entry.arrow for entry in base.entries] == [""] * 4


def test_a_constant_answer_is_marked_and_equals_the_baseline(written: Report) -> None:
    table = score_table(written)
    first = table.rows[0].entries[0]
    assert first.marks == "‡"
    assert first.value == table.baselines[0]


def test_the_legend_counts_items_and_explains_only_what_is_there(written: Report) -> None:
    lines = legend(score_table(written))
    assert [line[0] for line in lines] == ["*", "‡", "§", "▲", "△"]
    assert lines[0].endswith("(small, tuned: weather, 3-shot 60 of 60)")


def test_the_terminal_s_table_has_a_text_for_every_column(written: Report) -> None:
    table = side_by_side(written)
    assert table.columns == ("", "majority", "lot", "small", "small, tuned")
    assert table.rows[0][1:4] == ("0.617", "0.333", "0.617 ±0.063‡")
    assert table.rows[1][4].endswith("§ ▲")
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert [row[0] for row in table.rows] == [
        "weather 3-shot: accuracy",
        "picture: perplexity per item with end",
        "picture: perplexity per item",
        "questions: ends by itself",
    ]


def test_a_column_where_no_model_beats_the_most_frequent_answer_is_said(
    written: Report, write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    constant = report([write_scores("constant", weather(skill=0, seed=1))], tmp_path / "constant report")
    assert below_chance(score_table(written)) == ""
    said = below_chance(score_table(constant))
    assert said == "In the only column with a most frequent answer, no model does better than always giving it."
    assert said in side_by_side(constant).notes


def test_the_terminal_s_table_has_no_majority_where_no_task_has_one(
    write_scores: Write, picture: Items, tmp_path: Path
) -> None:
    table = side_by_side(report([write_scores("small", picture(surprise=1, seed=1))], tmp_path / "report"))
    assert table.columns == ("", "small")
    assert all(len(row) == 2 for row in table.rows)
    assert BASELINE.capitalize() not in (tmp_path / "report" / "report.html").read_text("utf-8")


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
    assert [row[0] for row in side_by_side(both).rows] == [
        "weather 3-shot (0.3): accuracy",
        "weather 3-shot (0.2): accuracy",
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


def test_the_legend_names_models_with_the_same_counts_once(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    items = [*weather(skill=1, seed=1), *weather(skill=1, seed=1, shots=1)]
    flags = {"weather": ("over_training_length:7",)}
    runs = [write_scores(name, items, adapter=name, flags=flags) for name in ("one", "two")]
    line, *_ = legend(score_table(report(runs, tmp_path / "report")))
    assert line.endswith("(one and two: weather, 3-shot 7 of 60, weather, 1-shot 7 of 60)")
