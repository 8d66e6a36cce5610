"""Every figure shows what is there, in colours that have a dark side, and says it in words."""

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tehon.records.reporting import ModelColumn, ReleaseSummary, Report
from tehon.records.scores import ItemResult
from tehon.report.choice_figures import reliability_figures
from tehon.report.data_figures import source_figure
from tehon.report.figures import TOGETHER, families, figures, panels
from tehon.report.length_figures import ticks, tuned_figures
from tehon.report.run import report
from tehon.report.shot_figures import shot_figures
from tehon.writing.colours import COLOURS
from tehon.writing.figures import Figure, draw

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]
LIGHT = {colour.light for colour in COLOURS}


@pytest.fixture
def shots(write_scores: Write, weather: Items, tmp_path: Path) -> Report:
    """A base and a tuned model of hostile name, asked with several numbers of shots."""
    runs: list[Path] = []
    for name, skill in (("small", 0.2), ('<b>"\x1b[31m\u202e晴', 0.7)):
        items = [item for count in (0, 1, 3) for item in weather(skill=skill, seed=count, shots=count)]
        runs.append(write_scores(name, items, adapter="f" if runs else "", folder=f"run{len(runs)}"))
    return report(runs, tmp_path / "shots")


def drawn(figure: Figure) -> str:
    """The figure as SVG; its shapes are in colours that have one for dark paper."""
    svg = draw(figure)
    assert svg == draw(figure)
    assert figure.description.endswith(".")
    _, _, shapes = svg.partition("</style>")
    assert set(re.findall(r'(?:fill|stroke)="(#\w+)"', shapes)) <= LIGHT
    assert "<b>" not in svg
    return svg


def test_every_figure_can_be_drawn(pair: list[Path], adapter: Path, release: Path, tmp_path: Path) -> None:
    found = msgspec.structs.asdict(figures(report([*pair, adapter, release], tmp_path / "report")))
    counts = {
        "reliability": 1,
        "prompts": 1,
        "answers": 2,
        "sources": 1,
        "curves": 1,
        "tuned": 1,
        "shots": 0,
        "longer": 0,
    }
    assert {kind: len(some) for kind, some in found.items()} == counts
    for figure in (each for some in found.values() for each in some):
        drawn(figure)


def test_shots_are_drawn_where_there_are_several_with_values_that_the_report_has(shots: Report) -> None:
    [figure] = shot_figures(shots, shots.models)
    drawn(figure)
    accuracies = [score.value for model in shots.models for score in model.scores if score.metric == "accuracy"]
    rows = figure.chart["layer"][-1]["data"]["values"]
    assert [row["y"] for row in rows] == accuracies
    assert all(row["low"] <= row["y"] <= row["high"] for row in rows)
    assert f"small: {accuracies[0]:.3f} at 0 shots, {accuracies[1]:.3f} at 1 shots" in figure.description


def test_a_task_with_one_number_of_shots_has_no_such_figure(pair: list[Path], tmp_path: Path) -> None:
    written = report(pair, tmp_path / "report")
    assert list(shot_figures(written, written.models)) == []


def test_reliability_says_the_error_and_every_bin(shots: Report) -> None:
    for figure, count in zip(reliability_figures(shots.models), (0, 1, 3), strict=True):
        drawn(figure)
        found = [
            score
            for model in shots.models
            for score in model.scores
            if (score.metric, score.shots) == ("calibration_error", count)
        ]
        assert figure.description.count("sure and") == sum(len(score.bins) for score in found)
        assert f"calibration error {found[0].value:.3f}" in figure.description


def column(name: str, base: str, *, tuned: bool) -> ModelColumn:
    return ModelColumn(model=name, role="tuned" if tuned else "base", base=base, folder=name, scores=())


def test_families_stay_together_and_few_models_share_a_figure() -> None:
    models = [
        column(f"{base}{place}", base, tuned=place > 0)
        for base, size in zip("abcd", (2, 2, 6, 1), strict=True)
        for place in range(size)
    ]
    assert [len(family) for family in families(models)] == [2, 2, 6, 1]
    shown = list(panels(models))
    assert [model for panel in shown for model in panel] == models
    assert [len(panel) for panel in shown] == [TOGETHER, 6, 1]


def test_sources_stand_by_cluster_with_the_largest_first(pair: list[Path], release: Path, tmp_path: Path) -> None:
    [summary] = report([*pair, release], tmp_path / "report").releases
    figure = source_figure(summary)
    assert figure is not None
    assert figure.description == "correction: typos 60; question answering: jqac 30 and quiz 10."
    texts = re.findall(r">([^<>]+)</text>", drawn(figure))
    assert [texts.index(word) for word in ("jqac", "quiz")] == sorted(texts.index(word) for word in ("jqac", "quiz"))
    assert "question answering, 40" in texts
    assert source_figure(ReleaseSummary(folder="r", release=summary.release, clusters={})) is None


def test_tunings_on_the_same_sequences_share_a_figure(pair: list[Path], adapter: Path, tmp_path: Path) -> None:
    [tuning] = report([*pair, adapter], tmp_path / "report").tunings
    counts = replace(tuning.adapter.counts, lengths=())
    uncounted = replace(tuning, adapter=replace(tuning.adapter, counts=counts))
    [figure] = tuned_figures([tuning, replace(tuning, folder="longer"), uncounted])
    drawn(figure)
    assert figure.title == "tiny, as adapter and longer read it: tokens of what was tuned on"
    assert "Of 4,000 sequences 12 are within 32 tokens of the longest allowed, 256; 12 had" in figure.description


@pytest.mark.parametrize(("low", "high"), [(1.7, 3.2), (2, 500), (1, 1e9), (20, 26.5), (2.1, 2.8), (1e-3, 4e5)])
def test_ticks_lie_within_their_bounds_and_are_some_but_few(low: float, high: float) -> None:
    found = ticks(low, high)
    assert found == sorted(found)
    assert all(low <= tick <= high for tick in found)
    assert 2 <= len(found) <= 20
