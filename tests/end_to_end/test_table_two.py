"""`tehon evaluate paper_table_2`: the whole protocol in one command, its row printed with marks and baselines."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tehon.tasks import TASKS

Tehon = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def tehon(tmp_path_factory: pytest.TempPathFactory) -> Tehon:
    """The command in a folder with the samples of the paper's tasks below `raw`."""
    folder = tmp_path_factory.mktemp("table")
    for name in ("jnli", "marc_ja", "vqa"):
        for file, content in TASKS[name].sample.items():
            path = folder / "raw" / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "tehon", "evaluate", *arguments, "--model", "tiny:gpt_neox", "--raw", "raw"]
        return subprocess.run([*command, "-q"], capture_output=True, text=True, check=False, cwd=folder)

    return run


@pytest.fixture(scope="module")
def table(tehon: Tehon) -> "tuple[str, dict[str, Any]]":
    """What was printed, and the scores."""
    printed = tehon("paper_table_2", "--out", "out")
    assert printed.returncode == 0, printed.stderr
    again = tehon("paper_table_2", "--out", "out", "--json")
    return printed.stdout, json.loads(again.stdout)


def test_the_row_has_every_column_in_both_versions_beside_the_baseline(table: tuple[str, dict[str, Any]]) -> None:
    printed, _ = table
    lines = [line for line in printed.splitlines() if "accuracy" in line and "│" in line]
    assert len(lines) == 2 * 3 * 2
    for task in ("jnli", "marc_ja"):
        for shots in (1, 2, 3):
            for version in ("0.2", "0.3"):
                assert sum(f"{task} {shots}-shot ({version}): accuracy" in line for line in lines) == 1
    assert "majority" in printed
    assert all("0.333" in line or "0.667" in line for line in lines)
    assert "vqa (vqa_ja): perplexity per item with end" in printed


def test_the_version_that_would_be_reported_is_marked_and_said_to_be_chosen(table: tuple[str, dict[str, Any]]) -> None:
    printed, scores = table
    marked = {score["template"] for score in scores["scores"] if "chosen" in score["flags"]}
    assert len(marked) == 1
    [best] = marked
    for line in printed.splitlines():
        if "accuracy" in line and "│" in line:
            assert ("°" in line) is (f"({best})" in line)
    assert "chosen on the evaluation set" in printed


def test_the_dagger_is_counted_and_what_was_cut_is_said(table: tuple[str, dict[str, Any]]) -> None:
    printed, scores = table
    long = [score for score in scores["scores"] if score["lengths"]["over_context"]]
    assert {(score["task"], score["template"], score["shots"]) for score in long} >= {("jnli", "0.3", 3)}
    assert all(score["lengths"]["longest"] > 512 for score in long)
    assert all(any(flag.startswith("over_context:") for flag in score["flags"]) for score in long)
    assert "jnli 0.3 3-shot: 3 of 3 prompts (100%) longer than the context of 512 tokens" in printed
    assert "lost a part of the description (3 items) and the shots (3 items)" in printed


def test_items_of_another_edition_than_the_paper_s_are_marked(table: tuple[str, dict[str, Any]]) -> None:
    _, scores = table
    for score in scores["scores"]:
        assert ("other_data" in score["flags"]) is (score["task"] == "jnli")


def test_settings_and_a_file_of_shots_are_taken_from_the_command_line(tehon: Tehon) -> None:
    options = (
        "--shots",
        "1",
        "--shots-from",
        "raw/jnli/train-v1.3.json",
        "--set",
        "answer=both",
        "--set",
        "seeds=[1, 2]",
    )
    printed = tehon("jnli", "--out", "both", *options, "--every-metric")
    assert printed.returncode == 0, printed.stderr
    assert "accuracy of what it writes" in printed.stdout
    assert "output_unmatched" in printed.stdout
    assert "seeds ±" in printed.stdout


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--set", "encode=together"), 2, "encode is wrong: invalid enum value 'together'"),
        (("--set", "overlog=skip"), 2, "unknown field `overlog`"),
        (("--protocol", "papr"), 2, "no protocol named 'papr'. Did you mean paper"),
        (("--shots", "1", "--shots-from", "nowhere.json"), 3, "must be a file that shots come from, but is not there"),
    ],
)
def test_a_setting_that_is_none_is_one_clear_sentence(
    tehon: Tehon, options: tuple[str, ...], code: int, message: str
) -> None:
    found = tehon("jnli", "--out", "bad", *options)
    assert found.returncode == code
    assert message in " ".join(found.stderr.split())
    assert "Traceback" not in found.stderr
