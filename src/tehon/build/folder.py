"""The folder of a release before its manifest stands in it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tehon.errors import OutputTaken
from tehon.records.corpus import Drop
from tehon.storage.atomic import atomic_path
from tehon.storage.shards import DATA, PUBLISHED

DROPS = "drops.jsonl"
NOTICE = "NOTICE.md"
CARD = "README.md"
ORDER = (DATA, PUBLISHED, DROPS, NOTICE, CARD)
"""In which the files of a release come to be: a killed run leaves the first few of them."""
_SHARD = re.compile(r"\d{5,}\.parquet")


def prepare(out: Path) -> None:
    """Delete what a killed build left in the folder.

    Raises:
        OutputTaken: the folder holds something that no killed build leaves.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputTaken(str(out), "must be a folder, but is a file", "Choose another --out")
    names = {path.name for path in out.iterdir()}
    shards = sorted((out / DATA).iterdir()) if (out / DATA).is_dir() else []
    if names != set(ORDER[: len(names)]) or not all(_SHARD.fullmatch(path.name) for path in shards):
        problem = "must be empty or a release, but holds other files"
        raise OutputTaken(str(out), problem, "Choose another --out, or move the files away")
    for path in shards + [out / name for name in sorted(names - {DATA})]:
        path.unlink()


@contextmanager
def drops_file(out: Path) -> Iterator[Callable[[Drop], object]]:
    """A function that writes a drop to `drops.jsonl`, one a line."""
    encoder = msgspec.json.Encoder()
    with atomic_path(out / DROPS) as path, path.open("wb") as stream:
        yield lambda drop: stream.write(encoder.encode(drop) + b"\n")
