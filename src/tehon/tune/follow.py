"""The process of one tracker: follows the curve of a run, and tells each of its lines once, until the run has ended."""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from secrets import token_hex
from select import select
from textwrap import shorten
from types import TracebackType
from typing import Any

import msgspec
from accelerate import PartialState
from accelerate.tracking import MLflowTracker, TensorBoardTracker, TrackioTracker, WandBTracker

from tehon.records.record import Record
from tehon.records.tuning import Tracker
from tehon.tune.curve import CURVE, Line

PROJECT = "tehon"
PAUSE = 1.0
"""Seconds between two looks at the curve."""
LETTERS = 240
"""Of what a tracker says when it fails, at most."""

Setting = str | int | float | bool


class Asked(Record, kw_only=True):
    """What the process is to do.

    Attributes:
        tracker: whom to tell.
        folder: of the run.
        settings: of the run, by the name of each.
    """

    tracker: Tracker
    folder: str
    settings: dict[str, Setting]


class Memory(Record, kw_only=True):
    """What a tracker was told about a run that is not finished.

    Attributes:
        run: its name there.
        step: of the last line.
    """

    run: str
    step: int = 0


def memory(folder: Path, tracker: Tracker) -> Path:
    """The file of what a tracker was told; hidden, for it is no part of the result."""
    return folder / f".track-{tracker}.json"


def main() -> None:
    """Do what standard input asks, until that ends."""
    asked = msgspec.json.decode(sys.stdin.buffer.readline(), type=Asked)
    sys.excepthook = partial(_complain, asked.tracker)
    # What trackers print is no answer of the run.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # Trackers ask it which process this is: the only one, for this is no rank of the run.
    PartialState()
    folder = Path(asked.folder)
    with memory(folder, asked.tracker).open("a+b") as held:
        # The tracker of a run that was killed may not have told everything yet.
        fcntl.flock(held, fcntl.LOCK_EX)
        held.seek(0)
        kept = held.read()
        told = msgspec.json.decode(kept, type=Memory) if kept else None
        tracker, run = _begin(asked, told.run if told else "")
        if told is None:
            tracker.store_init_configuration(asked.settings)
        last = told.step if told else 0
        for lines in looks(folder / CURVE, _ended):
            fresh = [line for line in lines if line.step > last]
            last = fresh[-1].step if fresh else last
            # Before they are told: a line that is lost with this process is better than one that is told twice.
            held.truncate(0)
            held.write(msgspec.json.encode(Memory(run=run, step=last)))
            held.flush()
            for line in fresh:
                values: dict[str, float] = msgspec.to_builtins(line)
                tracker.log(values, step=values.pop("step"))
        tracker.finish()


def looks(curve: Path, ended: Callable[[], bool]) -> Iterator[list[Line]]:
    """The lines that have come since the look before, look by look; the last one is after the end.

    A run that goes on where it was stopped writes its curve anew, which is then read from its beginning.

    Args:
        curve: the file, which may not be there yet.
        ended: waits a while, and says whether nothing more will be written.
    """
    read, file, over = 0, 0, False
    while not over:
        over = ended()
        found: list[Line] = []
        if curve.exists():
            with curve.open("rb") as stream:
                read, file = (read if os.fstat(stream.fileno()).st_ino == file else 0), os.fstat(stream.fileno()).st_ino
                stream.seek(read)
                # The last line may still be on its way.
                whole = stream.read().rpartition(b"\n")[:2]
                read += sum(map(len, whole))
                found = [msgspec.json.decode(line, type=Line) for line in whole[0].splitlines()]
        yield found


def _begin(asked: Asked, run: str) -> tuple[Any, str]:
    """A tracker that listens, and by what it knows the run.

    Args:
        asked: what to do.
        run: likewise; empty where the run is new to it.
    """
    name = run or token_hex(4)
    title = f"{Path(asked.folder).resolve().name}-{name}"
    tracker: Any
    match asked.tracker:
        case Tracker.TENSORBOARD:
            tracker = TensorBoardTracker(title, os.environ.get("TENSORBOARD_LOGGING_DIR", "runs"))
        case Tracker.WANDB:
            project = os.environ.get("WANDB_PROJECT", PROJECT)
            tracker = WandBTracker(project, id=name, name=title, resume="allow")
        case Tracker.MLFLOW:
            tracker = MLflowTracker(PROJECT, run_id=run or None, run_name=title)
        case Tracker.TRACKIO:
            project = os.environ.get("TRACKIO_PROJECT", PROJECT)
            tracker = TrackioTracker(project, name=title, resume="allow")
    tracker.start()
    # MLflow's server alone gives the names.
    return tracker, tracker.tracker.info.run_id if asked.tracker is Tracker.MLFLOW else name


def _ended() -> bool:
    """Whether the run is over, after a pause."""
    return bool(select([sys.stdin], [], [], PAUSE)[0])


def _complain(tracker: Tracker, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say in one line why the tracker is told nothing more."""
    del trace
    why = shorten(f"{kind.__name__}: {error}", LETTERS, placeholder=" …").rstrip(".")
    sys.stderr.write(f"warning: --track {tracker}: it is told nothing more, for {why}. {CURVE} has every line\n")


if __name__ == "__main__":
    main()
