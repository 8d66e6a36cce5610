"""Brings the bytes of one address, in as many attempts as it takes; each goes on where the one before was cut off."""

import logging
import shutil
from time import monotonic
from typing import BinaryIO

import httpx

from tehon.errors import OutOfDisk
from tehon.fetch.answer import BEYOND, PART, Expected, address, beyond, bound, check, joined, whole
from tehon.fetch.faults import Final, Passing
from tehon.fetch.manners import Manners
from tehon.fetch.partial import Partial, Trace
from tehon.fetch.visit import Visitor, host_of
from tehon.progress import Advance, Progress

LOG = logging.getLogger(__name__)


def transfer(visitor: Visitor, url: str, partial: Partial, expected: Expected, progress: Progress) -> str:
    """Bring every byte of an address into `partial`; returns the address that redirects led to.

    Raises:
        Final: it cannot be had there; what came of it is kept.
        OutOfDisk: the disk has no room for it.
    """
    failures, furthest = 0, partial.size_bytes
    while True:
        try:
            return _attempt(visitor, url, partial, expected, progress)
        except Passing as fault:
            gained = partial.size_bytes - furthest
            furthest = max(furthest, partial.size_bytes)
            failures = 1 if gained >= visitor.manners.progress_bytes else failures + 1
            if failures >= visitor.patience(fault):
                raise visitor.give_up(fault, failures) from fault
            wait = visitor.manners.wait_seconds(failures) if fault.wait_seconds is None else fault.wait_seconds
            LOG.info("%s: %s; trying again in %.0f s", partial.name, fault.reason, wait)
            visitor.sleep(wait)


def _attempt(visitor: Visitor, url: str, partial: Partial, expected: Expected, progress: Progress) -> str:
    trace = partial.trace(url)
    if trace and not trace.validator and not expected.sha256:
        trace = None  # nothing would tell whether the rest belongs to these bytes
    if trace and trace.total == partial.size_bytes:
        return trace.final_url
    with visitor.open(url, _range(trace, partial.size_bytes)) as response:
        check(response, partial.target.suffix, visitor.manners)
        if response.status_code == BEYOND:
            return beyond(response, trace, partial)
        if response.status_code == PART and trace:
            trace = joined(response, trace, partial)
        else:
            trace = whole(response, url)
            partial.begin(trace)
        most = bound(trace, expected, visitor.manners)
        _room(partial, trace)
        left = None if trace.total is None else trace.total - partial.size_bytes
        with progress(f"fetching {partial.name}", left, "bytes") as advance, partial.append() as body:
            _pour(response, body, advance, most - partial.size_bytes, visitor.manners)
    total = expected.size_bytes if trace.total is None else trace.total
    if total is not None and partial.size_bytes != total:
        raise Passing(f"{host_of(url)} ended after {partial.size_bytes:,} of {total:,} bytes")
    return trace.final_url


def _range(trace: Trace | None, offset: int) -> dict[str, str]:
    if trace is None:
        return {}
    return {"Range": f"bytes={offset}-"} | ({"If-Range": trace.validator} if trace.validator else {})


def _room(partial: Partial, trace: Trace) -> None:
    free = shutil.disk_usage(partial.target.parent).free
    needed = (trace.total or 0) - partial.size_bytes
    if needed > free:
        problem = f"needs {needed:,} bytes more, but the disk has {free:,} free"
        raise OutOfDisk(str(partial.target), problem, "Free some space and run the same command again")


def _pour(response: httpx.Response, body: BinaryIO, advance: Advance, left: int, manners: Manners) -> None:
    since, arrived = monotonic(), 0
    for chunk in response.iter_raw():
        if len(chunk) > left:
            raise Final(f"{address(response)} sends more bytes than the file may have")
        left -= len(chunk)
        body.write(chunk)
        advance(len(chunk))
        arrived += len(chunk)
        if (seconds := monotonic() - since) >= manners.silent_seconds:
            if arrived < manners.least_bytes_per_second * seconds:
                raise Passing(f"{response.url.host} only trickles ({arrived:,} bytes in {seconds:.0f} s)")
            since, arrived = monotonic(), 0
