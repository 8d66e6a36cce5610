"""Gzip-compressed tar archives as a stream of members; nothing is ever unpacked to disk.

Refused: absolute names, `..`, links, devices, members and archives beyond a size. A truncated archive or a wrong
checksum is an error, even behind the last member.
"""

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, cast

from tehon.errors import BadRawFile
from tehon.formats.lines import stream_lines
from tehon.formats.members import MAX_ARCHIVE_BYTES, check_name, check_size, refused

DAMAGE = (EOFError, OSError, zlib.error, tarfile.TarError)


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
        BadRawFile: the archive is damaged or truncated, or breaks a rule of this module.
    """
    where = str(path)
    try:
        with gzip.open(path) as unpacked:
            capped = _Capped(cast("IO[bytes]", unpacked), where, limit_bytes)
            with tarfile.open(fileobj=cast("IO[bytes]", capped), mode="r|") as archive:
                for info in archive:
                    check_name(where, info.name)
                    if info.isdir():
                        continue
                    stream = archive.extractfile(info) if info.isreg() else None
                    if stream is None:
                        raise refused(where, f"only files and folders are allowed, but {info.name} is a link or device")
                    check_size(where, info.name, info.size)
                    yield Member(info.name, f"{path.name}/{info.name}", stream)
            while capped.read(1 << 20):  # the checksum stands at the very end
                pass
    except DAMAGE as error:
        raise _damaged(where, error) from error


class _Capped:
    """Passes reads on until more was unpacked than any corpus has."""

    def __init__(self, stream: IO[bytes], where: str, limit_bytes: int) -> None:
        self._stream = stream
        self._where = where
        self._limit_bytes = limit_bytes
        self._left_bytes = limit_bytes

    def read(self, size_bytes: int) -> bytes:
        data = self._stream.read(size_bytes)
        self._left_bytes -= len(data)
        if self._left_bytes < 0:
            raise refused(self._where, f"must unpack to at most {self._limit_bytes} bytes, but goes on")
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
