"""What the user reads of a file that did not come: exactly which one, from where, and where to put it."""

from collections.abc import Sequence
from pathlib import Path

from tehon.errors import BadRawFile, RawFileMissing
from tehon.fetch.answer import Expected
from tehon.fetch.faults import Final
from tehon.fetch.visit import SCHEMES
from tehon.fetch.wanted import Wanted


def addresses(wanted: Wanted, mirror: str = "") -> list[str]:
    """Where a program can get the file, in the order in which it tries; the user's own mirror comes first."""
    own = [f"{mirror.rstrip('/')}/{wanted.key}"] if mirror else []
    published = [wanted.download.url, *wanted.download.mirrors]
    return own + [url for url in published if url.partition("://")[0] in SCHEMES]


def get_it(wanted: Wanted, known: Expected, target: Path) -> str:
    """What a person does, as a sentence without a full stop: where the file is, what it is, where it belongs."""
    download = wanted.download
    place = f"put it at {target.absolute()}"
    if download.by_hand:
        source = f" (see {download.url})" if download.url else ""
        return f"{download.by_hand}{source}; then {place}"
    facts = [f"{known.size_bytes:,} bytes"] if known.size_bytes is not None else []
    facts += [f"sha256 {known.sha256}"] if known.sha256 else []
    it = f"it ({', '.join(facts)})" if facts else "it"
    others = "".join(f" or {url}" for url in download.mirrors) + ","
    return f"Fetch {it} on a machine that can, from {download.url}{others} and {place}"


def missing(wanted: Wanted, known: Expected, target: Path, faults: Sequence[Final]) -> RawFileMissing:
    """The error for a file that no address gives."""
    reasons = "; ".join(dict.fromkeys(fault.reason for fault in faults)) or "it lies at no http:// or https:// address"
    return RawFileMissing(str(target), f"could not be fetched: {reasons}", get_it(wanted, known, target))


def changed(target: Path, faults: Sequence[Final]) -> BadRawFile:
    """The error for a file whose upstream bytes are not the expected ones."""
    reasons = "; ".join(dict.fromkeys(fault.reason for fault in faults))
    remedy = (
        "Upstream has changed it: see what has, then accept it with --update-lock, "
        f"or put the file as it was at {target.absolute()}"
    )
    return BadRawFile(str(target), f"must be the file that it was, but {reasons}", remedy)
