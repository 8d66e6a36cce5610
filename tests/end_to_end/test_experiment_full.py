"""An experiment may tune every weight: the model is compared with the base that it was tuned from."""

import sys
from pathlib import Path

import pytest

from tehon.cli.main import main
from tehon.records.reporting import Report
from tehon.storage.atomic import write_text
from tehon.storage.manifest import read_manifest, result

RECIPE = """
extends = "demo_tiny"
without = ["lora"]
max_steps = 4
learning_rate = 1e-3
"""
EXPERIMENT = """
title = "Every weight"
mixture = "demo"
suite = "demo_tiny"

[bases.plain]
path = "tiny:llama"
title = "plain"

[tunings.whole]
base = "plain"
recipe = "{recipe}"
title = "whole"
"""


def test_a_model_of_which_every_weight_was_tuned_is_compared_with_its_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_text(tmp_path / "whole.toml", RECIPE)
    write_text(tmp_path / "every.toml", EXPERIMENT.format(recipe=tmp_path / "whole.toml"))
    monkeypatch.setattr(sys, "argv", ["tehon", "run", str(tmp_path / "every.toml"), "--out", str(tmp_path), "-q"])
    with pytest.raises(SystemExit, match="0"):
        main()
    (folder,) = tmp_path.glob("report-*")
    compared = result(read_manifest(folder, "report"), Report).comparisons
    assert {(each.first, each.second) for each in compared} == {("plain", "whole")}
    assert "none: every weight is trained" in (folder / "report.md").read_text("utf-8")
    (tuned,) = tmp_path.glob("adapter-whole-*")
    assert (tuned / "model.safetensors").is_file()
