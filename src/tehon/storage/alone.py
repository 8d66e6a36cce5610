"""One process at a time in a folder; one that was killed leaves nothing in the way."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    path = folder / f".{name.rpartition(' ')[2]}.running"
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+")
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            stream.seek(0)
            problem = f"another {name} is at work in this folder ({stream.read().strip() or 'a process'})"
            raise UsageError(str(folder), problem, f"Wait until it has finished, or {remedy}") from error
        stream.truncate(0)
        stream.write(f"process {os.getpid()} on {socket.gethostname()}")
        stream.flush()
        yield
