"""A file on its way: `.NAME.partial` beside its place, and a note of whose bytes they are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from tehon.records.record import Record
from tehon.storage.atomic import PARTIAL, write_bytes


class Trace(Record, kw_only=True):
    """What a server said of the bytes that it began to send.

    Attributes:
        url: the address that was asked.
        final_url: where redirects led.
        etag: the version of the bytes; empty where none was named.
        last_modified: likewise.
        total: how many bytes the whole file has; None where it was not said.
    """

    url: str
    final_url: str
    etag: str = ""
    last_modified: str = ""
    total: int | None = None

    @property
    def validator(self) -> str:
        """What `If-Range` may carry: a strong ETag, else a date; empty where there is neither."""
        return self.etag if self.etag.startswith('"') else self.last_modified


class Partial:
    """The bytes that have come so far; a killed process leaves them as they are.

    Args:
        target: where the whole file will lie; its folder is made when bytes come.
        name: what messages call it, such as `jqac/jqac20180625.tgz`.
    """

    def __init__(self, target: Path, name: str) -> None:
        """Look at nothing yet."""
        self.target = target
        self.name = name
        self.body = target.with_name(f".{target.name}{PARTIAL}")
        self.notes = target.with_name(f".{target.name}{PARTIAL}.json")

    @property
    def size_bytes(self) -> int:
        """How many bytes have come."""
        return self.body.stat().st_size if self.body.is_file() else 0

    def trace(self, url: str) -> Trace | None:
        """Whose bytes they are; None where there are none, or none of this address."""
        if not self.size_bytes or not self.notes.is_file():
            return None
        try:
            trace = msgspec.json.decode(self.notes.read_bytes(), type=Trace)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        return trace if trace.url == url else None

    def begin(self, trace: Trace) -> None:
        """Forget every byte, then note whose bytes will come."""
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self.discard()
        write_bytes(self.notes, msgspec.json.encode(trace))

    @contextmanager
    def append(self) -> Iterator[BinaryIO]:
        """A stream that adds to the bytes."""
        with self.body.open("ab") as stream:
            yield stream

    def discard(self) -> None:
        """Delete the bytes and the note."""
        self.body.unlink(missing_ok=True)
        self.notes.unlink(missing_ok=True)

    def place(self) -> None:
        """Make the bytes the whole file."""
        with self.body.open("rb") as stream:
            os.fsync(stream.fileno())
        self.body.chmod(0o644)
        self.body.replace(self.target)
        self.notes.unlink(missing_ok=True)
