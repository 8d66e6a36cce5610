"""Kills the interpreter that imports it, as long as there are files left in a folder, and takes one away each time."""

import os
import signal
from pathlib import Path

FOLDER = "TEHON_TEST_STILLBORN"


def _takes_one(folder: Path) -> bool:
    """Whether it was this process that took a file away: others of the folder do the same at the same time."""
    for life in folder.iterdir():
        try:
            life.unlink()
        except FileNotFoundError:
            continue
        return True
    return False


if FOLDER in os.environ and _takes_one(Path(os.environ[FOLDER])):
    os.kill(os.getpid(), signal.SIGKILL)


def reverse(argument: bytes) -> bytes:
    return argument[::-1]
