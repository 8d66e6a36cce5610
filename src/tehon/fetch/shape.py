"""Whether bytes are what their file's name says: an error page that came with a 200 is no archive."""

import gzip
import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from tehon.formats.members import MAX_ARCHIVE_BYTES

MARKS = {
    ".zip": (b"PK\x03\x04", b"PK\x05\x06"),
    ".xlsx": (b"PK\x03\x04",),
    ".gz": (b"\x1f\x8b",),
    ".tgz": (b"\x1f\x8b",),
    ".bz2": (b"BZh",),
    ".xz": (b"\xfd7zXZ\x00",),
}
"""Suffix -> how such a file may begin; every other suffix is a text's."""
PAGES = (b"<!doctype html", b"<html", b"<head", b"<script")
POINTER = b"version https://git-lfs.github.com/spec/"
HEAD_BYTES = 1024
BLOCK_BYTES = 1 << 20


def misfit(path: Path, name: str, limit_bytes: int = MAX_ARCHIVE_BYTES) -> str:
    """Why the bytes of a file cannot be those of `name`, such as `is an HTML page`; empty where they can.

    Zip archives are opened, and what gzip packed is unpacked to its end, so that a shortened file is recognised even
    where its server gave a wrong length.

    Args:
        path: where the bytes lie.
        name: what the file will be called.
        limit_bytes: a file that unpacks to more is taken for a bomb.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    suffix = Path(name).suffix.lower()
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not head:
        return "is empty"
    if start.startswith(PAGES):
        return "is an HTML page"
    if head.startswith(POINTER):
        return "is a pointer of Git LFS, not the file that it points to"
    if not head.startswith(MARKS.get(suffix, b"")):
        return f"does not begin like a {suffix} file"
    if suffix in {".zip", ".xlsx"}:
        return _zip_misfit(path)
    return _gzip_misfit(path, limit_bytes) if suffix in {".gz", ".tgz"} else ""


def _zip_misfit(path: Path) -> str:
    try:
        with ZipFile(path):
            return ""
    except BadZipFile as error:
        return f"is no whole zip archive ({error})"


def _gzip_misfit(path: Path, limit_bytes: int) -> str:
    unpacked_bytes = 0
    try:
        with gzip.open(path) as stream:
            block = stream.read(BLOCK_BYTES)
            if block.startswith(MARKS[".gz"]):
                return "is packed twice"
            while block:
                unpacked_bytes += len(block)
                if unpacked_bytes > limit_bytes:
                    return f"unpacks to more than {limit_bytes:,} bytes"
                block = stream.read(BLOCK_BYTES)
    except (EOFError, OSError, zlib.error) as error:
        return f"is no whole gzip file ({error})"
    return ""
