"""Gzip-compressed tar archives as a stream of members; nothing is ever unpacked to disk.

Refused: absolute names, `..`, links, devices, two members of one name, members and archives beyond a size. A truncated
archive, a damaged header or a wrong checksum is an error, even behind the last member.
"""

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, Self, cast

from tehon.errors import BadRawFile
from tehon.formats.lines import stream_lines
from tehon.formats.members import MAX_ARCHIVE_BYTES, bomb, check_name, check_size, most_bytes, refused
from tehon.formats.opening import opened

DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error, tarfile.TarError, UnicodeDecodeError, ValueError)
"""What the readers below say of archives that are none; tarfile reads numbers and names out of headers unguarded."""
MAX_HEADER_BYTES = 1 << 20
"""Of one header that names the next member; it is held in memory."""
LONG_HEADERS = {
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
}


class Member:
    """One file of an archive; it can be read until the next one is asked for.

    Attributes:
        name: its path in the archive.
        where: `archive/path`, for messages.
    """

    def __init__(self, name: str, where: str, stream: IO[bytes]) -> None:
        """Keep the stream; nothing is read yet."""
        self.name = name
        self.where = where
        self._stream = stream

    def lines(self) -> Iterator[bytes]:
        """Its lines with their ends.

        Raises:
            BadRawFile: the archive ends too early or is damaged.
        """
        try:
            yield from stream_lines(cast("BinaryIO", self._stream), self.where)
        except DAMAGE as error:
            raise _damaged(self.where, error) from error


def tar_members(path: Path, limit_bytes: int = MAX_ARCHIVE_BYTES) -> Iterator[Member]:
    """The regular files of an archive, in its order.

    Raises:
        BadRawFile: the archive is empty, damaged or truncated, or breaks a rule of this module.
    """
    where = str(path)
    with opened(path) as packed:
        capped = _Capped(cast("IO[bytes]", gzip.GzipFile(fileobj=packed)), where, most_bytes(path, limit_bytes))
        try:
            with tarfile.open(fileobj=cast("IO[bytes]", capped), mode="r|", tarinfo=_Header) as archive:
                yield from _files(archive, path)
            while capped.read(1 << 20):  # the checksum stands at the very end
                pass
        except DAMAGE as error:
            raise _damaged(where, error) from error


def _files(archive: tarfile.TarFile, path: Path) -> Iterator[Member]:
    where = str(path)
    seen: set[str] = set()
    for info in archive:
        check_name(where, info.name)
        if info.isdir():
            continue
        stream = archive.extractfile(info) if info.isreg() and not info.issparse() else None
        if stream is None:
            raise refused(where, f"only files and folders are allowed, but {info.name} is a link or device")
        if info.name in seen:
            raise refused(where, f"every member must have a name of its own, but two are {info.name}")
        seen.add(info.name)
        check_size(where, info.name, info.size)
        yield Member(info.name, f"{path.name}/{info.name}", stream)


class _Header(tarfile.TarInfo):
    """A header that is damaged or missing is an error; tarfile alone takes it for the end of the archive."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        is_end = len(buf) == tarfile.BLOCKSIZE and not any(buf)
        try:
            header = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if is_end:
                raise
            raise tarfile.ReadError(f"a header is damaged or missing: {error}") from error
        if header.size < 0 or (header.type in LONG_HEADERS and header.size > MAX_HEADER_BYTES):
            raise tarfile.ReadError(f"a header says that it has {header.size} bytes")
        return header


class _Capped:
    """Passes reads on until more was unpacked than any corpus has."""

    def __init__(self, stream: IO[bytes], where: str, most: int) -> None:
        self._stream = stream
        self._where = where
        self._most = most
        self._left_bytes = most

    def read(self, size_bytes: int) -> bytes:
        data = self._stream.read(size_bytes)
        self._left_bytes -= len(data)
        if self._left_bytes < 0:
            raise bomb(self._where, self._most)
        return data


def _damaged(where: str, error: BaseException) -> BadRawFile:
    return BadRawFile(where, f"must be a whole gzip-compressed tar archive, but {error}", "Fetch the file again")


def pack_tar(files: dict[str, bytes]) -> bytes:
    """A gzip-compressed tar archive of these files, the same bytes every time."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()
