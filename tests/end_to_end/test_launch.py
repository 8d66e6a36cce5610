"""`tehon tune --launch`: several processes from one command, its signals, its exit codes, and what it says."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tehon.cli.launch import FOLDER
from tehon.records.corpus import Example
from tehon.records.tuning import Adapter
from tehon.storage.alone import alone_in
from tehon.storage.manifest import read_manifest, result

MakeRelease = Callable[[Path, Sequence[Example]], Path]
RECIPE = """
name = "test"
base = "tiny:llama"
template = "alpaca_ja"
precision = "fp32"
batch_size = 8
max_steps = 60
epochs = 20
learning_rate = 1e-2
checkpoint_minutes = 0
[lora]
dropout = 0.05
"""
TORCHRUN = "torchrun --standalone --nproc_per_node 2"
QUIET = {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}


@pytest.fixture
def folder(tmp_path: Path, make_release: MakeRelease, few_examples: list[Example]) -> Path:
    make_release(tmp_path / "release", few_examples)
    (tmp_path / "recipe.toml").write_text(RECIPE, "utf-8")
    return tmp_path


def arguments(out: str, *more: str) -> list[str]:
    return ["tune", "recipe.toml", "--release", "release", "--out", out, *more]


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        words, cwd=folder, env=os.environ | QUIET, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    with start(folder, *words) as process:
        said, told = process.communicate(timeout=120)
        return subprocess.CompletedProcess(words, process.returncode, said, told)


def wait_for_steps(folder: Path, steps: int) -> None:
    curve, deadline = folder / "metrics.jsonl", time.monotonic() + 60
    while time.monotonic() < deadline:
        if curve.exists() and len(curve.read_bytes().splitlines()) >= steps:
            return
        time.sleep(0.02)
    pytest.fail(f"{curve} never had {steps} lines")


def workers(parent: int) -> list[int]:
    """The processes that the launcher below that process has started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            family = int(path.read_text("utf-8").rpartition(")")[2].split()[1])
        except OSError:
            continue
        if family == parent:
            found.append(int(path.parent.name))
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for the processes in /proc")
def test_a_launch_that_was_stopped_and_then_lost_a_process_is_finished_by_the_same_command(folder: Path) -> None:
    command = [sys.executable, "-m", "tehon", *arguments("out", "--launch", TORCHRUN)]
    with start(folder, *command) as stopped:
        wait_for_steps(folder / "out", 3)
        stopped.send_signal(signal.SIGINT)
        _, told = stopped.communicate(timeout=120)
    assert stopped.returncode == 130
    assert told.count("interrupted: what is finished is kept") == 1
    assert "Traceback" not in told
    with start(folder, *command) as killed:
        wait_for_steps(folder / "out", 20)
        (launcher,) = workers(killed.pid)
        os.kill(max(workers(launcher)), signal.SIGKILL)
        _, told = killed.communicate(timeout=120)
    assert killed.returncode == 1
    assert told.rstrip().endswith("the same command goes on from there")
    finished = run(folder, *command)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.count("60 steps, 480 examples drawn of 40") == 1
    alone = run(folder, sys.executable, "-m", "tehon", *arguments("alone"))
    assert alone.returncode == 0, alone.stderr
    ours, theirs = (result(read_manifest(folder / out, "adapter"), Adapter) for out in ("out", "alone"))
    assert ours.last_loss == pytest.approx(theirs.last_loss, rel=1e-4)


@pytest.mark.slow
def test_an_error_is_said_once_and_its_exit_code_is_the_commands(folder: Path) -> None:
    (folder / "recipe.toml").write_text(RECIPE.replace("dropout = 0.05", 'targets = ["q_prj"]'), "utf-8")
    done = run(folder, sys.executable, "-m", "tehon", *arguments("out", "--launch", TORCHRUN))
    assert done.returncode == 4
    assert done.stderr.count("error:") == 1
    assert "there is no q_prj. Take one of q_proj" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_accelerate_launches_it_as_well_and_trackers_hear_one_of_its_processes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each process of a launch says here that it is there.
    (folder / "there").mkdir()
    monkeypatch.setenv(FOLDER, str(folder / "there"))
    # Two processes are what --multi_gpu is for, whatever they compute on; with --cpu accelerate starts one.
    launcher = [str(Path(sys.executable).parent / "accelerate"), "launch", "--multi_gpu", "--num_processes", "2"]
    plain = ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "-m", "tehon"]
    done = run(folder, *launcher, *plain, *arguments("out", "--set", "max_steps=2", "--json", "--track", "tensorboard"))
    assert done.returncode == 0, done.stderr
    assert len(list((folder / "there").glob("*.process"))) == 2
    assert len(list((folder / "runs").iterdir())) == 1
    assert done.stdout.count('"last_loss"') == 1
    assert result(read_manifest(folder / "out", "adapter"), Adapter).counts.steps == 2


def test_a_launcher_that_is_not_there_is_a_clear_error(folder: Path) -> None:
    done = run(folder, sys.executable, "-m", "tehon", *arguments("out", "--launch", "torchrunn --nproc_per_node 2"))
    assert done.returncode == 2
    assert "must start with a program that can be run, got 'torchrunn --nproc_per_node 2'" in done.stderr


def test_a_folder_is_one_runs_alone(folder: Path) -> None:
    with alone_in(folder / "out", "tehon tune", "choose another --out"):
        done = run(folder, sys.executable, "-m", "tehon", *arguments("out"))
    assert done.returncode == 2
    assert f"another tehon tune is at work in this folder (process {os.getpid()} on" in done.stderr
