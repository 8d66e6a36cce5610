"""The folder of a release before its manifest stands in it."""

import re
from pathlib import Path

from tehon.describe.beside import BESIDE
from tehon.errors import OutputTaken
from tehon.storage.atomic import disk_errors
from tehon.storage.shards import DATA, PUBLISHED

WORK = ".work"
"""Marks a build that goes on; its finished jobs lie here unless they have a folder of their own."""
DROPS = "drops.jsonl"
QUARANTINE = "quarantine.jsonl"
FILES = {PUBLISHED, DROPS, QUARANTINE, *BESIDE}
"""What a build writes beside the shards and the manifest."""
_SHARD = re.compile(r"\d{2,}-[\w-]+-\d{5,}\.parquet")


def prepare(out: Path) -> None:
    """Make the folder, or delete what a killed build left in it, but for its finished jobs.

    Raises:
        OutputTaken: the folder holds something that no killed build leaves.
    """
    if out.exists():
        _clear(out)
    with disk_errors(out):
        (out / WORK).mkdir(parents=True, exist_ok=True)


def _clear(out: Path) -> None:
    if not out.is_dir():
        raise OutputTaken(str(out), "must be a folder, but is a file", "Choose another --out")
    shards = sorted((out / DATA).iterdir()) if (out / DATA).is_dir() else []
    files = [path for path in sorted(out.iterdir()) if path.name not in {DATA, WORK}]
    ours = files and (out / WORK).is_dir()
    strangers = [path for path in files if path.name not in FILES or not ours]
    if strangers or not all(_SHARD.fullmatch(path.name) for path in shards):
        problem = "must be empty or a release, but holds other files"
        raise OutputTaken(str(out), problem, "Choose another --out, or move the files away")
    for path in shards + files:
        path.unlink()
