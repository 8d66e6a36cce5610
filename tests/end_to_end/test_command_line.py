"""The command line as a user meets it: a process, its output, its exit code."""

import json
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tehon.sources import SOURCES

Run = Callable[..., "subprocess.CompletedProcess[str]"]
SHELVES = (
    "sources",
    "steps",
    "templates",
    "tasks",
    "families",
    "mixtures",
    "recipes",
    "suites",
    "protocols",
    "experiments",
)
ROW = {"instruction": "空の色は？", "input": "", "output": "青です。"}


@pytest.fixture
def tehon(tmp_path: Path) -> Run:
    def run(*arguments: object, **options: Any) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "tehon", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, **options)

    return run


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A raw folder with every source's own sample."""
    for name, source in SOURCES.items():
        for file, content in source.sample.items():
            path = tmp_path / "raw" / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return tmp_path / "raw"


def write_rows(raw: Path, *lines: str) -> None:
    folder = raw / "jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.*"):
        old.unlink()
    (folder / "mine.jsonl").write_text("".join(line + "\n" for line in lines), "utf-8")


@pytest.mark.parametrize("shelf", SHELVES)
def test_a_shelf_is_listed_for_people_and_for_programs(tehon: Run, shelf: str) -> None:
    shown = tehon("list", shelf)
    records = json.loads(tehon("list", shelf, "--json").stdout)
    assert shown.returncode == 0
    assert records
    assert all(record["name"] in shown.stdout for record in records)


def test_every_entry_is_well(tehon: Run) -> None:
    checked = json.loads(tehon("check", "--json").stdout)
    assert {one["kind"] for one in checked} >= {"source", "template", "task", "family", "mixture", "recipe", "suite"}
    assert [one for one in checked if one["problem"]] == []


def test_a_check_shows_rendered_examples(tehon: Run) -> None:
    shown = tehon("check", "jqac", "jnli")
    assert shown.returncode == 0
    assert "### 指示:" in shown.stdout
    assert "前提" in shown.stdout


def test_a_check_names_the_wrong_key_of_a_toml_file(tehon: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("sources = { jqac = {} }\nseeed = 1\n", "utf-8")
    done = tehon("check", "mine.toml")
    assert done.returncode == 2
    assert "unknown field `seeed`" in done.stdout


def test_a_check_looks_at_the_steps_of_a_mixture(tehon: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("sources = { jqac = {} }\n[steps.length]\nmost_characters = 0\n", "utf-8")
    done = tehon("check", "mine.toml")
    assert done.returncode == 2
    assert "steps.length.most_characters is wrong: expected `int` >= 1, got 0" in done.stdout


def test_sources_joined_by_plus_build_a_release(tehon: Run, raw: Path, tmp_path: Path) -> None:
    done = tehon("build", "jqac+jcommonsenseqa", "--raw", raw, "--out", "release", "--json")
    release = json.loads(done.stdout)
    lines = (tmp_path / "release" / "data.jsonl").read_text("utf-8").splitlines()
    assert done.returncode == 0
    assert release["examples"] == len(lines) > 0
    assert all(list(json.loads(line)) == ["instruction", "input", "output"] for line in lines)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("build", "jsqad", "--out", "o"), 2, "no mixture named 'jsqad'. Did you mean jsquad"),
        (("build", "jqac", "--out", "o"), 3, "Run tehon fetch jqac --raw RAW"),
        (("build", "jqac", "--raw", "nowhere", "--out", "o"), 3, "nowhere/jqac"),
        (("tune", "demo", "--release", "nowhere", "--out", "o"), 3, "must be a finished release"),
        (("tune", "demo", "--release", "r", "--out", "o", "--set", "lora.rank=x"), 2, "lora.rank is wrong"),
        (("tune", "demo", "--release", "r", "--out", "o", "--set", "ranc=1"), 2, "unknown field `ranc`"),
        (("evaluate", "jnli", "--model", "m", "--out", "o", "--limit", "0"), 2, "--limit: must be at least 1, got 0"),
        (("evaluate", "jnli", "--model", "m", "--out", "o", "--shots", "x"), 2, "--shots: must be whole numbers"),
        (("evaluate", "jnli", "--model", "m", "--out", "o", "--template", "9"), 2, "raw"),
        (("generate", "--model", "tiny:llama", "--prompts", "nowhere.txt"), 3, "must be a file with one instruction"),
        (("report", "nowhere", "--out", "o"), 3, "nowhere"),
        (("run", "nowhere.toml", "--out", "o"), 2, "must be a TOML file, but there is none"),
    ],
)
def test_what_cannot_be_done_is_one_clear_sentence_and_an_exit_code(
    tehon: Run, arguments: tuple[str, ...], code: int, message: str
) -> None:
    done = tehon(*arguments)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_debug_shows_where_an_error_came_from(tehon: Run) -> None:
    assert "Traceback" in tehon("build", "jsqad", "--out", "o", "--debug").stderr


def test_a_row_without_a_response_is_a_counted_drop(tehon: Run, raw: Path) -> None:
    write_rows(raw, json.dumps(ROW), json.dumps(ROW | {"output": ""}))
    release = json.loads(tehon("build", "jsonl", "--raw", raw, "--out", "o", "--json").stdout)
    assert release["examples"] == 1
    assert sum(sum(line["dropped"].values()) for line in release["ledger"]) == 1


def test_a_release_that_would_be_empty_is_an_error(tehon: Run, raw: Path, tmp_path: Path) -> None:
    write_rows(raw, json.dumps(ROW | {"output": ""}))
    done = tehon("build", "jsonl", "--raw", raw, "--out", "o")
    assert done.returncode == 3
    assert not (tmp_path / "o" / "manifest.json").exists()


def test_bytes_that_are_no_text_are_named_with_their_line_and_a_guess(tehon: Run, raw: Path, tmp_path: Path) -> None:
    write_rows(raw, json.dumps(ROW))
    with (raw / "jsonl" / "mine.jsonl").open("ab") as stream:
        stream.write('{"instruction": "手本", "output": "x"}\n'.encode("cp932"))
    done = tehon("build", "jsonl", "--raw", raw, "--out", "o")
    assert done.returncode == 0, done.stderr
    assert "1 row damaged" in done.stdout
    (listed,) = (tmp_path / "o" / "quarantine.jsonl").read_text("utf-8").splitlines()
    assert json.loads(listed)["place"] == "mine.jsonl:2"
    assert "CP932" in json.loads(listed)["reason"]


def test_a_truncated_archive_is_an_error(tehon: Run, raw: Path) -> None:
    archive = raw / "jqac" / "jqac20180625.tgz"
    archive.write_bytes(archive.read_bytes()[:-20])
    done = tehon("build", "jqac", "--raw", raw, "--out", "o")
    assert done.returncode == 3
    assert "must be a whole gzip-compressed tar archive" in done.stderr


def test_a_folder_with_another_result_is_never_overwritten(tehon: Run, raw: Path, tmp_path: Path) -> None:
    tehon("build", "jqac", "--raw", raw, "--out", "o")
    before = (tmp_path / "o" / "manifest.json").read_bytes()
    done = tehon("build", "niilc", "--raw", raw, "--out", "o")
    assert done.returncode == 2
    assert (tmp_path / "o" / "manifest.json").read_bytes() == before


def test_a_full_disk_ends_with_its_own_exit_code_and_nothing_finished(tehon: Run, raw: Path, tmp_path: Path) -> None:
    line = json.dumps(ROW | {"output": "青" * 500})
    write_rows(raw, *[line.replace("空", f"空{number}") for number in range(4000)])

    def tiny_disk() -> None:
        # A file-size limit stops writes as a full disk does; the signal ignored, the write itself fails.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = tehon("build", "jsonl", "--raw", raw, "--out", "o", preexec_fn=tiny_disk)
    assert done.returncode == 5
    assert "the disk is full" in done.stderr
    assert not (tmp_path / "o" / "manifest.json").exists()


@pytest.mark.slow
def test_ctrl_c_ends_with_130_the_same_command_goes_on_and_then_does_nothing(tehon: Run, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tehon", "demo", "--tiny", "--out", "demo"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    with process as running:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("demo/release-*/manifest.json")) and time.monotonic() < deadline:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "interrupted" in said
    done = tehon("demo", "--tiny", "--out", "demo")
    assert done.returncode == 0, done.stderr
    assert "report.html" in done.stdout
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    again = tehon("demo", "--tiny", "--out", "demo", "--json")
    assert again.returncode == 0, again.stderr
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before
    assert [model["role"] for model in json.loads(again.stdout)["models"]] == ["base", "tuned"] * 2


def test_a_source_is_left_out_and_the_difference_from_the_earlier_release_is_told(tehon: Run, raw: Path) -> None:
    assert tehon("build", "jqac+niilc", "--raw", raw, "--out", "first").returncode == 0
    less = tehon("build", "jqac+niilc", "--raw", raw, "--out", "second", "--without", "niilc", "--against", "first")
    assert less.returncode == 0, less.stderr
    assert re.search(r"\| niilc \| (\d+) \| 0 \| -\1 \|", less.stdout)
    typo = tehon("build", "jqac+niilc", "--raw", raw, "--out", "third", "--without", "nilc")
    assert (typo.returncode, "Did you mean niilc?" in typo.stderr) == (2, True)


def test_several_machines_share_a_build_through_one_folder(tehon: Run, raw: Path, tmp_path: Path) -> None:
    shared = ("build", "jqac+niilc+aio", "--raw", raw, "--work", "work")
    for _ in range(2):
        for rank in (1, 0):
            done = tehon(*shared, "--rank", rank, "--world", 2)
            assert done.returncode == 0, done.stderr
    assert "0 are missing" in done.stdout
    assert tehon(*shared, "--out", "together").returncode == 0
    assert tehon("build", "jqac+niilc+aio", "--raw", raw, "--out", "alone").returncode == 0
    for file in (tmp_path / "alone").rglob("*.parquet"):
        assert file.read_bytes() == (tmp_path / "together" / file.relative_to(tmp_path / "alone")).read_bytes()
    missing = tehon("build", "jqac", "--raw", raw, "--rank", 0, "--world", 2)
    assert (missing.returncode, "Give --work FOLDER" in missing.stderr) == (2, True)
