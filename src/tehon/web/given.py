"""The paths that a server is given, told apart: prepared sets, finished folders, and tunings that are not finished."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tehon.errors import UsageError
from tehon.records.files import Kind
from tehon.storage.alone import at_work
from tehon.storage.manifest import MANIFEST, read_manifest
from tehon.tune.curve import CURVE

PREPARED = ".jsonl"
"""Ends the name of a prepared set."""
REPORTED: frozenset[Kind] = frozenset({"scores", "release", "adapter", "model", "judgement"})
"""What a report is made from."""
TUNING = "tehon tune"


class Given(NamedTuple):
    """Attributes: sets: prepared. finished: folder -> what it holds. running: tunings, or what is left of them."""

    sets: tuple[Path, ...]
    finished: dict[Path, Kind]
    running: tuple[Path, ...]

    @property
    def evaluations(self) -> int:
        """How many of the folders hold scores."""
        return sum(kind == "scores" for kind in self.finished.values())

    @property
    def reported(self) -> tuple[Path, ...]:
        """What a report can be made from; nothing where there are no scores."""
        return tuple(path for path, kind in self.finished.items() if kind in REPORTED) if self.evaluations else ()


def tell_apart(paths: Sequence[Path]) -> Given:
    """What these paths are.

    Raises:
        UsageError: one was given twice.
        RawFileMissing, Damaged: a folder is neither finished nor a tuning, or cannot be read.
    """
    resolved = [path.resolve() for path in paths]
    if twice := [path for path in paths if resolved.count(path.resolve()) > 1]:
        problem = "every folder must be given once, but this one was given twice"
        raise UsageError(str(twice[0]), problem, "Leave one out")
    sets = tuple(path for path in paths if path.suffix == PREPARED)
    folders = [path for path in paths if path.suffix != PREPARED]
    running = tuple(path for path in folders if _is_unfinished_tuning(path))
    finished = {path: read_manifest(path).kind for path in folders if path not in running}
    return Given(sets, finished, running)


def _is_unfinished_tuning(folder: Path) -> bool:
    return not (folder / MANIFEST).exists() and ((folder / CURVE).is_file() or at_work(folder, TUNING))
