"""A corpus of another package, found by its entry point, whose reading waits or dies as a folder tells it."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.errors import BadRawFile
from tehon.records.corpus import Drop, Example, Licence, Part, ReadOptions, Source
from tehon.records.rows import Row, examples

CONTROL, OTHERS = "TEHON_TEST_CONTROL", 2
"""Names that folder. Reading a piece leaves `PIECE-PROCESS.begun`, waits as long as there is `hold-PIECE`, fails
where there is `broken-PIECE`, once another has begun, and dies where there is `deadly-PIECE`."""


def pieces(folder: Path, _options: ReadOptions) -> tuple[str, ...]:
    return tuple(sorted(path.name for path in folder.glob("*.jsonl")))


def read(folder: Path, options: ReadOptions) -> Iterator[Example | Drop]:
    return examples(SOURCE, _rows(folder, options))


def _rows(folder: Path, options: ReadOptions) -> Iterator[Row]:
    for piece in [options.piece] if options.piece else pieces(folder, options):
        lines = (folder / piece).read_bytes().splitlines()
        for number, line in enumerate(lines):
            if number == len(lines) // 2:
                _meet_fate(piece)
            question, answer = msgspec.json.decode(line, type=tuple[str, str])
            yield Row(upstream_id=f"{piece}:{number}", instruction=question, response=answer, part="rows", split="all")


def _meet_fate(piece: str) -> None:
    control = Path(os.environ[CONTROL])
    (control / f"{piece}-{os.getpid()}.begun").touch()
    patience = 6000
    while (control / f"hold-{piece}").exists() and patience:
        time.sleep(0.01)
        patience -= 1
    if (control / f"broken-{piece}").exists():
        # Not before another one has begun, whose end is looked at.
        while len(list(control.glob("*.begun"))) < OTHERS and patience:
            time.sleep(0.01)
            patience -= 1
        raise BadRawFile(piece, "must be whole, but is broken", "Mend it")
    if (control / f"deadly-{piece}").exists():
        os.kill(os.getpid(), signal.SIGKILL)


SOURCE = Source(
    name="fragile",
    title="Rows that are dangerous to read",
    licence=Licence(spdx="CC0-1.0", url="https://example.org/fragile"),
    citation="Nobody.",
    homepage="https://example.org/fragile",
    splits={"all": True},
    parts=(Part(name="rows", cluster="general"),),
    sample={},
    read=read,
    pieces=pieces,
)
