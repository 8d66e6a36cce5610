"""Several lengths of one tuning are one line, and nothing else is."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tehon.records.files import Manifest
from tehon.records.reporting import Report
from tehon.records.scores import ItemResult
from tehon.records.tuning import Adapter
from tehon.report.longer import longer_figures, series
from tehon.report.run import report
from tehon.storage.manifest import finish, plain, read_manifest, result

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]


@pytest.fixture
def reported(adapter: Path, write_scores: Write, weather: Items, tmp_path: Path) -> Callable[..., Report]:
    """A report on a base and on two tunings of it that differ as the test says."""

    def make(**second: object) -> Report:
        manifest = read_manifest(adapter, "adapter")
        first = result(manifest, Adapter)
        recipe = replace(first.recipe, epochs=3, name="longer", title="Longer", **second)
        longer = replace(first, recipe=recipe, counts=replace(first.counts, drawn=3 * first.counts.drawn))
        finish(
            tmp_path / "longer",
            "adapter",
            config={"recipe": plain(recipe)},
            inputs={},
            result=longer,
            provenance=manifest.provenance,
        )
        prints = [read_manifest(folder, "adapter").fingerprint for folder in (adapter, tmp_path / "longer")]
        runs = [
            write_scores("small", weather(skill=0.1, seed=1)),
            write_scores("tuned longer", weather(skill=0.9, seed=2), adapter=prints[1]),
            write_scores("tuned", weather(skill=0.5, seed=3), adapter=prints[0]),
        ]
        return report([*runs, adapter, tmp_path / "longer"], tmp_path / "report")

    return make


def test_lengths_of_one_recipe_are_a_series_that_begins_with_the_base(reported: Callable[..., Report]) -> None:
    [found] = series(reported())
    assert [stop.model.model for stop in found.stops] == ["small", "tuned", "tuned longer"]
    assert [stop.passes for stop in found.stops] == [0, 2.5, 7.5]


def test_every_stop_is_said_and_drawn(reported: Callable[..., Report]) -> None:
    written = reported()
    figures = list(longer_figures(written))
    accuracy = next(figure for figure in figures if figure.title.endswith("weather: accuracy"))
    values = [next(score.value for score in model.scores if score.metric == "accuracy") for model in written.models]
    base, longer, tuned = (f"{value:.3f}" for value in values)
    assert accuracy.description == (
        f"3-shot: {base} after 0 passes, {tuned} after 2.5 passes, {longer} after 7.5 passes."
    )
    rows = accuracy.chart["layer"][-1]["data"]["values"]
    assert sorted(row["y"] for row in rows) == sorted(values)


def test_another_recipe_is_no_longer_tuning(reported: Callable[..., Report]) -> None:
    assert list(series(reported(learning_rate=1e-5))) == []


def test_a_series_needs_its_adapters_in_the_report(reported: Callable[..., Report]) -> None:
    assert list(series(replace(reported(), tunings=()))) == []


def test_a_manifest_of_an_older_tuning_still_reads(adapter: Path) -> None:
    """Counts without lengths, as tunings wrote them before lengths were counted."""
    raw = msgspec.json.decode((adapter / "manifest.json").read_bytes())
    del raw["result"]["counts"]["lengths"]
    assert result(msgspec.convert(raw, Manifest), Adapter).counts.lengths == ()
