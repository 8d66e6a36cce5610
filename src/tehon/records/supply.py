"""Which files a source of a mixture is read from."""

from pathlib import Path

from tehon.records.corpus import Licence, Source
from tehon.records.record import Record
from tehon.records.release import Share


class Supply(Record, kw_only=True):
    """One source of a mixture with its files.

    Attributes:
        source: what is read.
        share: how much of it.
        folder: its upstream files; None where the package makes its examples.
        licence: the source's own, or the one that the folder states.
        stand_in: what the files are where they are not the corpus itself; else empty.
    """

    source: Source
    share: Share
    folder: Path | None
    licence: Licence
    stand_in: str = ""
