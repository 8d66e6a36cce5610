"""Finished results of a stage's jobs, each a folder named by the digest of everything that it depends on.

A result is written beside its place and renamed, so it is whole or not there, and a job can be run by several workers
at once: the first to finish wins, and the others' work, the same bytes, is thrown away.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from tehon.storage.atomic import PARTIAL, disk_errors


class Results:
    """A folder of results.

    Args:
        folder: `KIND/DIGEST/` lie in it; made at the first write.
    """

    def __init__(self, folder: Path) -> None:
        """Touch nothing yet."""
        self.folder = folder

    def place(self, kind: str, digest: str) -> Path:
        """Where a result lies once it is finished."""
        return self.folder / kind / digest

    def has(self, kind: str, digest: str) -> bool:
        """Whether it is finished."""
        return self.place(kind, digest).is_dir()

    @contextmanager
    def write(self, kind: str, digest: str) -> Iterator[Path]:
        """An empty folder to write into; it becomes the result when the block ends well, and goes when it does not."""
        place = self.place(kind, digest)
        with disk_errors(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            partial = Path(mkdtemp(prefix=f".{digest}.", suffix=PARTIAL, dir=place.parent))
            try:
                yield partial
                partial.chmod(0o755)
                if not place.is_dir():
                    _rename(partial, place)
            finally:
                shutil.rmtree(partial, ignore_errors=True)

    def remove(self) -> None:
        """Delete every result."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _rename(partial: Path, place: Path) -> None:
    try:
        partial.rename(place)
    except OSError:
        if not place.is_dir():  # not a worker that was faster
            raise


def link(source: Path, target: Path) -> None:
    """Put a finished file at another place of the same disk without copying it, or copy it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another disk, or a file system without hard links
        shutil.copyfile(source, target)
