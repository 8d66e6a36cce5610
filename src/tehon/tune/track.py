"""Trackers of a run: TensorBoard, W&B, MLflow, Trackio, each told in a process of its own what the curve says.

Such a process follows `metrics.jsonl` as the run writes it. So a tracker can neither slow a run nor end it, whatever
becomes of its network, and what it prints is not mixed with what a run answers.
"""

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec

from tehon.errors import PackageMissing
from tehon.records.tuning import Tracker
from tehon.tune.curve import CURVE
from tehon.tune.follow import Asked, Setting, memory

PACKAGES: dict[Tracker, tuple[str, ...]] = {Tracker.TENSORBOARD: ("tensorboard", "tensorboardX")}
"""What serves a tracker where that is not a package of its name."""
PATIENCE = 60.0
"""Seconds that trackers have at the end of a run."""


class TrackerLost(UserWarning):
    """A tracker was not told everything."""


def check_trackers(trackers: Sequence[Tracker]) -> None:
    """See that they are installed.

    Raises:
        PackageMissing: one is not.
    """
    for tracker in trackers:
        if not any(find_spec(package) for package in PACKAGES.get(tracker, (tracker,))):
            problem = f"needs the package {tracker}, which is not installed"
            raise PackageMissing(f"--track {tracker}", problem, f"Run pip install {tracker}")


@contextmanager
def tracked(trackers: Sequence[Tracker], folder: Path, settings: dict[str, Any]) -> Iterator[None]:
    """A block in which trackers are told each line of a run's curve once, even if the run is stopped and resumed.

    Args:
        trackers: one named twice is told once.
        folder: of the run, which is there.
        settings: of the run, by the name of each.
    """
    named = {name: _setting(value) for name, value in settings.items()}
    told = {
        tracker: _start(Asked(tracker=tracker, folder=str(folder), settings=named)) for tracker in sorted(set(trackers))
    }
    try:
        yield
    finally:
        _end(told)
    for tracker in told:
        memory(folder, tracker).unlink(missing_ok=True)


def _start(asked: Asked) -> subprocess.Popen[bytes]:
    """A process that follows the run until its standard input ends: when the run says so, or is no more."""
    # It is no rank of the run, whose launcher has told this process where the others are.
    environment = {name: value for name, value in os.environ.items() if name != "LOCAL_RANK"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tehon.tune.follow"], stdin=subprocess.PIPE, env=environment, start_new_session=True
    )
    if process.stdin:
        process.stdin.write(msgspec.json.encode(asked) + b"\n")
        process.stdin.flush()
    return process


def _end(told: Mapping[Tracker, subprocess.Popen[bytes]]) -> None:
    """Let every tracker tell the rest; one that takes too long for it is ended."""
    for process in told.values():
        if process.stdin:
            process.stdin.close()
    deadline = monotonic() + PATIENCE
    for tracker, process in told.items():
        try:
            process.wait(max(deadline - monotonic(), 0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        # One that fails has said so itself, at once.
        if process.returncode < 0:
            said = f"--track {tracker}: it did not end in time, and may not know the end of the run"
            warnings.warn(f"{said}. {CURVE} has every line", TrackerLost, stacklevel=4)


def _setting(value: Any) -> Setting:  # noqa: ANN401 - plain data
    """A value as every tracker takes it."""
    if value is None:
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
