"""Files that are either whole or not there."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkstemp

from tehon.errors import OutOfDisk, UsageError

PARTIAL = ".partial"
"""Ends the name of a file that is being written; such a file is never read and may be deleted."""


@contextmanager
def disk_errors(where: Path) -> Iterator[None]:
    """Turn what the operating system says about a full or forbidden disk into an error for the user.

    Raises:
        OutOfDisk: no space or quota is left, or a file may not grow any more.
        UsageError: the path may not be written, or cannot be a folder.
    """
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            remedy = "Free some space and run the same command again; what is finished is kept"
            raise OutOfDisk(str(where), "the disk is full", remedy) from error
        if error.errno in {errno.EACCES, errno.EROFS, errno.EPERM, errno.ENOTDIR, errno.EEXIST}:
            problem = f"must be writable, but the system says: {error.strerror}"
            raise UsageError(str(where), problem, "Choose another folder") from error
        raise


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; renamed to `path` when the block ends well, deleted when it does not."""
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = mkstemp(prefix=f".{path.name}.", suffix=PARTIAL, dir=path.parent)
        os.close(handle)
        partial = Path(name)
        try:
            yield partial
            with partial.open("rb+") as written:
                os.fsync(written.fileno())
            partial.chmod(0o644)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole file, or nothing."""
    with atomic_path(path) as partial:
        partial.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write a whole UTF-8 file, or nothing."""
    write_bytes(path, text.encode())


def sweep(folder: Path) -> None:
    """Delete what a killed run left half-written below `folder`."""
    for partial in list(folder.rglob(f".*{PARTIAL}")):
        if partial.is_dir() and not partial.is_symlink():
            rmtree(partial, ignore_errors=True)
        else:
            partial.unlink(missing_ok=True)
