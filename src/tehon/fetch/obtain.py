"""One upstream file: does it lie there, can it be fetched, are its bytes the expected ones?"""

from pathlib import Path
from typing import NamedTuple

from tehon.errors import BadRawFile, DataError, RawFileMissing
from tehon.fetch.answer import Expected
from tehon.fetch.faults import Changed, Final
from tehon.fetch.lock import Lock, Locked
from tehon.fetch.outcome import Fetched, present
from tehon.fetch.partial import Partial
from tehon.fetch.sentences import addresses, changed, get_it, missing
from tehon.fetch.shape import misfit
from tehon.fetch.transfer import transfer
from tehon.fetch.visit import Visitor
from tehon.fetch.wanted import Wanted
from tehon.progress import Progress
from tehon.storage.atomic import disk_errors
from tehon.storage.manifest import file_sha256


class Errand(NamedTuple):
    """What is the same for every file.

    Attributes:
        raw: the folder of all raw folders.
        lock: which bytes the files had before.
        visitor: opens addresses.
        progress: told of every byte.
        update_lock: other bytes than before are taken, and locked.
        mirror: an address below which `NAME/FILE` is looked for first; empty if none.
    """

    raw: Path
    lock: Lock
    visitor: Visitor
    progress: Progress
    update_lock: bool = False
    mirror: str = ""


def obtain(wanted: Wanted, errand: Errand) -> Fetched:
    """Bring one file to its place, unless it lies there.

    Raises:
        OutOfDisk: the disk is full.
        UsageError: the folder may not be written to.
    """
    target = errand.raw / wanted.key
    try:
        with disk_errors(target):
            return at_hand(wanted, errand, target) or brought(wanted, errand, target)
    except DataError as error:
        known = expected(wanted, errand.lock)
        return Fetched(
            file=wanted.key,
            state="by hand" if wanted.download.by_hand else "failed",
            licence=wanted.licence,
            url=wanted.download.url,
            sha256=known.sha256 or "",
            size_bytes=known.size_bytes,
            problem=str(error),
            exit_code=error.exit_code,
        )


def expected(wanted: Wanted, lock: Lock) -> Expected:
    """What the file's bytes must be: as they are locked, else as they are declared."""
    known = lock.files.get(wanted.key) or wanted.download
    return Expected(sha256=known.sha256, size_bytes=known.size_bytes)


def replaced(wanted: Wanted, raw: Path) -> bool:
    """Whether other files lie where this one is only a step on the way to them, or can be got by hand alone."""
    if not (wanted.download.by_hand or wanted.download.then):
        return False
    others = (path for path in (raw / wanted.name).glob("*") if path != raw / wanted.key)
    return any(not path.name.startswith(".") for path in others)


def at_hand(wanted: Wanted, errand: Errand, target: Path) -> Fetched | None:
    """The file where it lies in its place, locked; None where it has to be fetched.

    Raises:
        BadRawFile: other bytes lie there than are expected.
    """
    elsewhere = replaced(wanted, errand.raw)
    if not target.is_file():
        there = Fetched(file=wanted.key, state="there", licence=wanted.licence, url=wanted.download.url)
        return there if elsewhere else None
    found = Locked(url=wanted.download.url, sha256=file_sha256(target), size_bytes=target.stat().st_size)
    known = expected(wanted, errand.lock).sha256
    if known not in {None, found.sha256} and not errand.update_lock:
        problem = f"must have the sha256 {known}, but has {found.sha256}"
        remedy = "Move it away to have it fetched, or accept it as it is with --update-lock"
        raise BadRawFile(str(target), problem, remedy)
    locked = errand.lock.files.get(wanted.key)
    if locked is None or locked.sha256 != found.sha256:
        locked = found
        errand.lock.put(wanted.key, found)
    return present(wanted, "there", locked, "" if elsewhere else wanted.download.then)


def brought(wanted: Wanted, errand: Errand, target: Path) -> Fetched:
    """The file from the first address that gives it, in its place and locked.

    Raises:
        RawFileMissing: none does.
        BadRawFile: one does, but its bytes have changed.
    """
    known = expected(wanted, errand.lock)
    if wanted.download.by_hand:
        raise RawFileMissing(str(target), "must be got by hand", get_it(wanted, known, target))
    faults: list[Final] = []
    for url in addresses(wanted, errand.mirror):
        try:
            locked = _from(url, Partial(target, wanted.key), Expected() if errand.update_lock else known, errand)
        except Final as fault:
            faults.append(fault)
            continue
        errand.lock.put(wanted.key, locked)
        return present(wanted, "fetched", locked, wanted.download.then)
    if any(isinstance(fault, Changed) for fault in faults):
        raise changed(target, faults)
    raise missing(wanted, known, target, faults)


def _from(url: str, partial: Partial, known: Expected, errand: Errand) -> Locked:
    """Bring the file from one address to its place.

    Raises:
        Final: the address does not give it.
    """
    while True:
        resumed = partial.trace(url) is not None
        final_url = transfer(errand.visitor, url, partial, known, errand.progress)
        locked = Locked(url=url, final_url=final_url, sha256=file_sha256(partial.body), size_bytes=partial.size_bytes)
        fault = _fault(locked, partial, known)
        if fault is None:
            partial.place()
            return locked
        partial.discard()
        if not resumed:  # else the bytes of an earlier run may be to blame, and all of them are fetched anew
            raise fault


def _fault(locked: Locked, partial: Partial, known: Expected) -> Final | None:
    if reason := misfit(partial.body, partial.target.name):
        return Final(f"what {locked.url} gives {reason}")
    if known.sha256 in {None, locked.sha256}:
        return None
    return Changed(f"{locked.url} gives the sha256 {locked.sha256} instead of {known.sha256}")
