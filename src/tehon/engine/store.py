"""The cache of models that were converted or made here: folders that are either whole or not there."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from tehon.storage.atomic import PARTIAL, disk_errors


def cache_root() -> Path:
    """The folder for everything that can be made again: TEHON_CACHE, else `~/.cache/tehon`."""
    return Path(os.environ.get("TEHON_CACHE") or Path.home() / ".cache" / "tehon")


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` to fill; renamed to `folder` when the block ends well, deleted when it does not.

    When another process was faster, its folder stays and this one is deleted.
    """
    with disk_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(mkdtemp(prefix=f".{folder.name}.", suffix=PARTIAL, dir=folder.parent))
        try:
            yield partial
            if not folder.exists():
                partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def in_turn(folder: Path) -> Iterator[None]:
    """A block that processes which are about to make the same folder run one after the other.

    What a killed one left of it is deleted. Where the file system knows no locks, all of them run, and the first to
    finish wins.
    """
    with disk_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        stream = (folder.parent / f".{folder.name}.lock").open("w")
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS}:
                raise
        else:
            for partial in folder.parent.glob(f".{folder.name}.*{PARTIAL}"):
                shutil.rmtree(partial, ignore_errors=True)
        yield
