"""A tuning while it runs: its curve so far, what it says by now, and whether anybody is at it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from tehon.errors import Damaged
from tehon.storage.alone import at_work
from tehon.storage.manifest import MANIFEST
from tehon.tune.curve import CURVE, Line
from tehon.tune.samples import SAMPLES, Sample, newest
from tehon.web.given import TUNING

State = Literal["waiting", "running", "broken_off", "complete"]
MINUTES = "%Y-%m-%d %H:%M:%S UTC"


class Watched(NamedTuple):
    """How a tuning stands.

    Attributes:
        state: nothing was logged yet, it runs, it stopped before its end, or it has ended.
        lines: of its curve.
        logged: when the last one was written; empty where there is none.
        samples: its last answers to what it is asked on its way.
    """

    state: State
    lines: tuple[Line, ...]
    logged: str
    samples: tuple[Sample, ...] = ()


def watch(folder: Path) -> Watched:
    """How the tuning of this folder stands now.

    A last line that is still on its way is left out.

    Raises:
        Damaged: a line is none of a curve or no sample, or a file lies outside the folder.
    """
    # What is looked at first may be over when the curve is read, but never the other way round.
    complete, busy = (folder / MANIFEST).exists(), at_work(folder, TUNING)
    path, said = inside(folder, CURVE), inside(folder, SAMPLES)
    if not path.is_file():
        return Watched("waiting" if busy else "broken_off", (), "")
    whole = path.read_bytes().rpartition(b"\n")[0]
    logged = datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime(MINUTES)
    state: State = "complete" if complete else "running" if busy else "broken_off"
    try:
        lines = tuple(msgspec.json.decode(line, type=Line) for line in whole.splitlines())
        return Watched(state, lines, logged, newest(said.read_bytes()) if said.is_file() else ())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(str(folder), f"must hold a curve and samples, but {error}", "Tune again") from error


def inside(folder: Path, name: str) -> Path:
    """A file of a folder.

    Raises:
        Damaged: it is a link that leads out of the folder.
    """
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Damaged(str(path), "must lie in its folder, but is a link to another place", "Make the folder again")
    return path
