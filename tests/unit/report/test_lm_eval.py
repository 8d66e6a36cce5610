"""Scores under lm-evaluation-harness's keys."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from tehon.records.scores import ItemResult
from tehon.report.lm_eval import results
from tehon.report.run import report

Write = Callable[..., Path]
Items = Callable[..., list[ItemResult]]


def exported(folder: Path, model: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode((folder / "lm_eval" / model / "results.json").read_bytes())
    return found


def test_every_score_stands_under_the_harness_s_own_key(pair: list[Path], tmp_path: Path) -> None:
    written = report(pair, tmp_path / "report")
    found = exported(tmp_path / "report", "small_tuned")
    scores = {score.metric: score for score in written.models[1].scores if score.task == "weather"}
    line = found["results"]["weather-0.3-3shot"]
    assert line["alias"] == "weather-0.3-3shot"
    assert line["acc,none"] == scores["accuracy"].value
    assert line["acc_stderr,none"] == scores["accuracy"].standard_error
    assert line["acc_norm,none"] == scores["accuracy_norm"].value
    assert line["mcc_stderr,none"] == "N/A"
    assert found["n-shot"]["weather-0.3-3shot"] == 3
    assert found["n-samples"]["weather-0.3-3shot"] == {"original": 60, "effective": 60}
    assert found["higher_is_better"]["weather-0.3-3shot"]["acc"] is True
    assert found["higher_is_better"]["picture-vqa_ja-0shot"]["byte_perplexity"] is False
    assert found["results"].keys() == found["configs"].keys() == found["versions"].keys()


def test_every_model_has_a_file_of_its_own_whatever_its_name(
    write_scores: Write, weather: Items, tmp_path: Path
) -> None:
    names = ("a/b", "a_b", "../..", "日本語 7B")
    runs = [write_scores(name, weather(skill=0.5, seed=1), folder=f"run {n}") for n, name in enumerate(names)]
    report(runs, tmp_path / "report")
    folder = tmp_path / "report" / "lm_eval"
    assert sorted(path.name for path in folder.iterdir()) == ["a_b", "a_b_2", "model", "日本語_7B"]
    assert {exported(tmp_path / "report", path.name)["model_name"] for path in folder.iterdir()} == set(names)


def test_several_draws_of_shots_are_one_line_their_mean(pair: list[Path], tmp_path: Path) -> None:
    written = report(pair, tmp_path / "report")
    model = written.models[1]
    accuracy = next(score for score in model.scores if score.metric == "accuracy")
    drawn = replace(model, scores=(accuracy, *(replace(accuracy, seed=seed, value=0.0) for seed in (1, 2))))
    found = results(written, drawn)["results"]
    assert isinstance(found, dict)
    assert found["weather-0.3-3shot"]["acc,none"] == accuracy.value
