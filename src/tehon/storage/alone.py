"""One process at a time in a folder; one that was killed leaves nothing in the way."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tehon.errors import UsageError
from tehon.storage.atomic import disk_errors


@contextmanager
def alone_in(folder: Path, name: str, remedy: str) -> Iterator[None]:
    """A block that no other process runs for the same folder at the same time.

    The system itself takes the lock back when a process ends, however it ends.

    Args:
        folder: made where it is missing.
        name: of the work, such as `tehon tune`.
        remedy: what to do instead of waiting.

    Raises:
        UsageError: another process is in its block.
    """
    path = _path(folder, name)
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        stream = _locked(path)
    if stream is None:
        holder = path.read_text("utf-8").strip() if path.exists() else ""
        problem = f"another {name} is at work in this folder{holder and f' ({holder})'}"
        raise UsageError(str(folder), problem, f"Wait until it has finished, or {remedy}")
    with stream:
        stream.write(f"process {os.getpid()} on {socket.gethostname()}")
        stream.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _locked(path: Path) -> TextIO | None:
    """The file, empty and locked by this process; None where another one holds it."""
    while True:
        stream = path.open("a", encoding="utf-8")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.close()
            return None
        # Whoever held it may have taken the file away while this process waited for its turn.
        if path.exists() and path.stat().st_ino == os.fstat(stream.fileno()).st_ino:
            stream.truncate(0)
            return stream
        stream.close()


def at_work(folder: Path, name: str) -> bool:
    """Whether a process is in its block for this folder, as far as can be told without getting in its way.

    Of another machine's process nothing is known but that it began, and did not say that it ended.
    """
    try:
        said = _path(folder, name).read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return False
    _, number, _, machine = f"{said}   ".split(" ", 3)
    if machine.strip() != socket.gethostname():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError):
        pass  # somebody else's, or nothing is written yet
    return True


def _path(folder: Path, name: str) -> Path:
    return folder / f".{name.rpartition(' ')[2]}.running"
