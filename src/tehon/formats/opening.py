"""Upstream files, opened: an empty or forbidden one is an error for the user, never a corpus without rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tehon.errors import BadRawFile


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """An upstream file, open for reading.

    Raises:
        BadRawFile: it is empty, or the system does not let it be read to its end.
    """
    try:
        with path.open("rb") as stream:
            if not stream.peek(1):
                raise BadRawFile(str(path), "must hold data, but is empty", "Fetch it again, or take it away")
            yield stream
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> BadRawFile:
    """The error for a file or folder that the system does not let be read."""
    problem = f"must be readable, but the system says: {error.strerror or error}"
    return BadRawFile(str(path), problem, "Correct its permissions, or put it on another disk")
