"""What became of each file that was asked for."""

from typing import Literal

from tehon.fetch.lock import Locked
from tehon.fetch.wanted import Wanted
from tehon.records.record import Record

State = Literal["there", "fetched", "to fetch", "begun", "by hand", "failed"]


class Fetched(Record, kw_only=True):
    """What became of one file, or will.

    Attributes:
        file: its path below RAW.
        state: it lies there, was fetched, is to be fetched, has begun to come, must be got by hand, or failed.
        licence: SPDX expression.
        url: where it came from, or will come from.
        sha256: of its bytes; empty where it is not known.
        size_bytes: how many there are, or will be; None where it is not known.
        then: what must be done with it before it can be read, as one sentence without a full stop; empty if nothing.
        problem: the error's message; empty where all is well.
        exit_code: the error's; 0 where all is well.
    """

    file: str
    state: State
    licence: str
    url: str
    sha256: str = ""
    size_bytes: int | None = None
    then: str = ""
    problem: str = ""
    exit_code: int = 0


def present(wanted: Wanted, state: State, locked: Locked, then: str) -> Fetched:
    """A file in its place."""
    return Fetched(
        file=wanted.key,
        state=state,
        licence=wanted.licence,
        url=locked.url,
        sha256=locked.sha256,
        size_bytes=locked.size_bytes,
        then=then,
    )
