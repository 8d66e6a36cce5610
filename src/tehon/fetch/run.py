"""`fetch`: every upstream file that some names need, into the raw folder; what cannot be had is told file by file."""

from collections.abc import Sequence
from pathlib import Path

from tehon.fetch.lock import Lock, alone
from tehon.fetch.manners import Manners
from tehon.fetch.obtain import Errand, expected, obtain, replaced
from tehon.fetch.outcome import Fetched, State
from tehon.fetch.partial import Partial
from tehon.fetch.sentences import get_it
from tehon.fetch.visit import Visitor
from tehon.fetch.wanted import Wanted, wanted
from tehon.progress import Progress, silent
from tehon.storage.atomic import disk_errors


def fetch(
    names: Sequence[str],
    raw: Path,
    *,
    update_lock: bool = False,
    mirror: str = "",
    manners: Manners | None = None,
    progress: Progress = silent,
) -> list[Fetched]:
    """Fetch the files of sources, tasks, mixtures, suites or experiments; what lies there unchanged is not asked for.

    Args:
        names: see `wanted`.
        raw: a folder with one subfolder for each source and task.
        update_lock: take what upstream gives now, or what lies there, and lock it.
        mirror: an address below which `NAME/FILE` is looked for before upstream is asked.
        manners: how long is waited, how often it is tried again.
        progress: told of every byte.

    Returns:
        What became of each file, in the order of the names; empty where nothing has to be fetched.

    Raises:
        UnknownName: a name stands on no shelf.
        UsageError: the folder may not be written to, or another process fetches into it.
        Damaged: the lock file is none.
        OutOfDisk: the disk is full.
    """
    files = wanted(names)
    if not files:
        return []
    with disk_errors(raw), alone(raw), Visitor(manners or Manners()) as visitor:
        errand = Errand(raw, Lock(raw), visitor, progress, update_lock, mirror)
        return [obtain(file, errand) for file in files]


def plan(names: Sequence[str], raw: Path) -> list[Fetched]:
    """What `fetch` would do, without reading a byte or asking anybody.

    Raises:
        UnknownName: a name stands on no shelf.
        Damaged: the lock file is none.
    """
    lock = Lock(raw)
    return [_planned(file, raw, lock) for file in wanted(names)]


def _planned(file: Wanted, raw: Path, lock: Lock) -> Fetched:
    known = expected(file, lock)
    target = raw / file.key
    state: State = "to fetch"
    if target.is_file() or replaced(file, raw):
        state = "there"
    elif file.download.by_hand:
        state = "by hand"
    elif Partial(target, file.key).size_bytes:
        state = "begun"
    return Fetched(
        file=file.key,
        state=state,
        licence=file.licence,
        url=file.download.url,
        sha256=known.sha256 or "",
        size_bytes=known.size_bytes,
        then=get_it(file, known, target) if state == "by hand" else file.download.then,
    )
