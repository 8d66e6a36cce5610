"""`RAW/fetch.lock.json`: which bytes each file had when it was first fetched; nothing in it depends on the day."""

from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from tehon.errors import Damaged
from tehon.records.record import Record
from tehon.storage.alone import alone_in
from tehon.storage.atomic import write_bytes
from tehon.storage.manifest import pretty

NAME = "fetch.lock.json"


class Locked(Record, kw_only=True):
    """One file as it was first fetched.

    Attributes:
        url: the address that was asked, perhaps a mirror's.
        final_url: where redirects led; empty for a file that was there already.
        sha256: of its bytes.
        size_bytes: how many there are.
    """

    url: str
    final_url: str = ""
    sha256: str
    size_bytes: int


class Lock:
    """File below RAW, such as `jqac/jqac20180625.tgz`, -> its first bytes.

    Args:
        raw: the folder of all raw folders.

    Raises:
        Damaged: the lock file is none.
    """

    def __init__(self, raw: Path) -> None:
        """Read what is locked."""
        self.path = raw / NAME
        self.files = _read(self.path) if self.path.is_file() else {}

    def put(self, key: str, locked: Locked) -> None:
        """Lock one file, on disk as well."""
        if self.files.get(key) != locked:
            self.files[key] = locked
            write_bytes(self.path, pretty(dict(sorted(self.files.items()))))


def alone(raw: Path) -> AbstractContextManager[None]:
    """A block that no other process runs for the same folder at the same time; a killed one leaves nothing behind.

    Raises:
        UsageError: another process is in its block.
    """
    return alone_in(raw, "tehon fetch", "choose another --raw")


def _read(path: Path) -> dict[str, Locked]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Locked])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        remedy = "Correct it, or delete it to lock the files anew"
        raise Damaged(str(path), f"must be what tehon fetch wrote, but {error}", remedy) from error
