"""What an answer to a request for a file says: whose bytes follow, how many, and whether they are wanted."""

from email.utils import parsedate_to_datetime
from time import time

import httpx
from msgspec.structs import replace

from tehon.fetch.faults import Changed, Final, Passing
from tehon.fetch.manners import Manners
from tehon.fetch.partial import Partial, Trace
from tehon.records.record import Record

WHOLE, PART, BEYOND = 200, 206, 416
"""Every byte follows, those that are missing follow, or nothing follows what is at hand."""
BUSY = {408, 425, 429, 500, 502, 503, 504}
"""Answers that may be others in a moment."""
PACKED = {".gz": {"gzip", "x-gzip"}, ".tgz": {"gzip", "x-gzip"}}
"""Suffix -> encodings that a server may call the file's own packing."""


class Expected(Record, kw_only=True):
    """What is known of a file before it is fetched; None where nothing is."""

    sha256: str | None = None
    size_bytes: int | None = None


def address(response: httpx.Response) -> str:
    """Where the answer came from, without the query: redirects sign theirs anew every time."""
    return str(response.url.copy_with(query=None, fragment=None))


def check(response: httpx.Response, suffix: str, manners: Manners) -> None:
    """Refuse every answer that is not the file's own bytes.

    Args:
        response: the answer.
        suffix: of the file's name.
        manners: how long a server may ask to wait.

    Raises:
        Passing: the server is busy.
        Final: it does not have the file, or does not send it as it is.
    """
    said = f"{address(response)} answers {response.status_code} ({response.reason_phrase or 'no reason given'})"
    if response.status_code in BUSY:
        asked = _asked_seconds(response)
        if asked is not None and asked > manners.longest_asked_seconds:
            raise Final(f"{said} and asks to come back in {asked:.0f} s")
        raise Passing(said, asked)
    if response.status_code not in {WHOLE, PART, BEYOND}:
        raise Final(said)
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"", "identity"} | PACKED.get(suffix, set()):
        raise Final(f"{address(response)} sends the file packed (Content-Encoding: {encoding}), though asked not to")


def whole(response: httpx.Response, url: str) -> Trace:
    """The trace of bytes that begin at the file's beginning.

    Raises:
        Final: they do not.
    """
    if response.status_code != WHOLE:
        raise Final(f"{address(response)} answers {response.status_code}, though the whole file was asked for")
    length = response.headers.get("Content-Length", "")
    return Trace(
        url=url,
        final_url=address(response),
        etag=response.headers.get("ETag", ""),
        last_modified=response.headers.get("Last-Modified", ""),
        total=int(length) if length.isdigit() else None,
    )


def joined(response: httpx.Response, trace: Trace, partial: Partial) -> Trace:
    """The trace of bytes that go on exactly where those at hand end.

    Raises:
        Passing: they do not; what is at hand is deleted.
    """
    span, _, total = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
    known = int(total) if total.isdigit() else None
    same = (
        span.partition("-")[0] == str(partial.size_bytes)
        and response.headers.get("ETag", trace.etag) == trace.etag
        and response.headers.get("Last-Modified", trace.last_modified) == trace.last_modified
        and (trace.total is None or known in {None, trace.total})
    )
    if not same:
        partial.discard()
        raise Passing(f"{address(response)} sends another part or another version than asked for")
    return replace(trace, total=known if trace.total is None else trace.total)


def beyond(response: httpx.Response, trace: Trace | None, partial: Partial) -> str:
    """Where the bytes at hand came from, which are the whole file: nothing follows them.

    Raises:
        Passing: they are no part of it; they are deleted.
    """
    size = partial.size_bytes
    if trace and trace.total is None and response.headers.get("Content-Range", "").endswith(f"*/{size}"):
        return trace.final_url
    partial.discard()
    raise Passing(f"{address(response)} has no more than {size:,} bytes, though it said otherwise")


def bound(trace: Trace, expected: Expected, manners: Manners) -> int:
    """How many bytes the file may have at most.

    Raises:
        Changed: it has more or fewer than are expected.
        Final: it has more than anyone may send.
    """
    if expected.size_bytes is not None:
        if trace.total not in {None, expected.size_bytes}:
            raise Changed(f"{trace.url} has {trace.total:,} bytes now instead of {expected.size_bytes:,}")
        return expected.size_bytes
    if trace.total is not None and trace.total > manners.limit_bytes:
        raise Final(f"{trace.url} has {trace.total:,} bytes, more than the {manners.limit_bytes:,} that are allowed")
    return manners.limit_bytes if trace.total is None else trace.total


def _asked_seconds(response: httpx.Response) -> float | None:
    text = response.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(parsedate_to_datetime(text).timestamp() - time(), 0.0)
    except (ValueError, OverflowError):
        return None
