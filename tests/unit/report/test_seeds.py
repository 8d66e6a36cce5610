"""Adapters from several seeds of one recipe are one row."""

from collections.abc import Callable
from pathlib import Path
from statistics import mean, stdev

import pytest

from tehon.records.scores import ItemResult
from tehon.report.legend import legend
from tehon.report.run import report
from tehon.report.tables import score_table

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]


@pytest.fixture
def runs(write_scores: Write, weather: Items) -> list[Path]:
    """A base, three seeds of one recipe, and one of another."""
    return [
        write_scores("small", weather(skill=0.2, seed=1)),
        *(
            write_scores(f"small-seed{n}", weather(skill=0.6, seed=n), adapter=f"{n}", recipe="r", seed=n)
            for n in (3, 1, 2)
        ),
        write_scores("other", weather(skill=0.9, seed=9), adapter="9", recipe="s", seed=1),
    ]


def test_seeds_of_one_recipe_are_one_row_with_their_deviation(runs: list[Path], tmp_path: Path) -> None:
    written = report(runs, tmp_path / "report")
    table = score_table(written)
    assert [row.model.model for row in table.rows] == ["small", "small (3 seeds)", "other"]
    values = [
        next(score.value for score in model.scores if score.metric == "accuracy")
        for model in written.models
        if model.recipe == "r"
    ]
    [together] = (row for row in table.rows if row.model.seeds)
    score = together.entries[0].score
    assert score is not None
    assert together.model.seeds == (1, 2, 3)
    assert score.value == pytest.approx(mean(values))
    assert score.standard_error == pytest.approx(stdev(values))
    assert "± small (3 seeds): the standard deviation over models tuned with the seeds 1, 2, 3" in legend(table)


def test_every_seed_stays_in_the_csv_and_is_tested_by_itself(runs: list[Path], tmp_path: Path) -> None:
    written = report(runs, tmp_path / "report")
    assert {each.second for each in written.comparisons} == {"small-seed1", "small-seed2", "small-seed3", "other"}
    text = (tmp_path / "report" / "scores.csv").read_text("utf-8")
    assert all(f"small-seed{n}" in text for n in (1, 2, 3))


def test_one_seed_or_an_unknown_recipe_is_no_row_of_seeds(write_scores: Write, weather: Items, tmp_path: Path) -> None:
    runs = [
        write_scores("a", weather(skill=0.6, seed=1), adapter="1", recipe="r", seed=1),
        write_scores("b", weather(skill=0.6, seed=2), adapter="2", recipe="r", seed=1),
        write_scores("c", weather(skill=0.6, seed=3), adapter="3"),
        write_scores("d", weather(skill=0.6, seed=4), adapter="4"),
    ]
    table = score_table(report(runs, tmp_path / "report"))
    assert [row.model.model for row in table.rows] == ["a", "b", "c", "d"]


def test_all_pages_show_the_row(runs: list[Path], tmp_path: Path) -> None:
    report(runs, tmp_path / "report")
    for name in ("report.html", "report.md", "table_2.tex"):
        assert "small (3 seeds)" in (tmp_path / "report" / name).read_text("utf-8")
