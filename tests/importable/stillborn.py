"""Kills the interpreter that imports it, as long as there are files left in a folder, and takes one away each time."""

import os
import signal
from pathlib import Path

FOLDER = "TEHON_TEST_STILLBORN"

if FOLDER in os.environ and (lives := list(Path(os.environ[FOLDER]).iterdir())):
    lives[0].unlink()
    os.kill(os.getpid(), signal.SIGKILL)


def reverse(argument: bytes) -> bytes:
    return argument[::-1]
