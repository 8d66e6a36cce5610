"""Zip archives, one member at a time; nothing is ever unpacked to disk."""

import io
import os
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from tehon.errors import BadRawFile, RawFileMissing
from tehon.formats.members import MAX_MEMBER_BYTES, check_name, check_size, check_unique, most_bytes, refused
from tehon.formats.opening import opened

DAMAGE = (BadZipFile, EOFError, zlib.error, struct.error, NotImplementedError, UnicodeDecodeError, ValueError)
"""What zipfile says of archives that are none, or that need what it cannot do."""
ENCRYPTED = 0x1
LONGEST_END = 22 + 0xFFFF
"""Bytes of the record at an archive's end, with the longest comment."""
MANY = 0xFFFF
"""Stands there for a number that is told elsewhere."""


@contextmanager
def opened_zip(path: Path) -> Iterator[ZipFile]:
    """An archive that obeys the rules of `members`, open for reading.

    Raises:
        BadRawFile: the archive is empty, damaged or encrypted, or breaks a rule.
    """
    with opened(path) as stream:
        with zip_errors(str(path)):
            archive = ZipFile(stream)
            _check_count(stream, len(archive.infolist()))
        _check(path, archive.infolist())
        yield archive


@contextmanager
def zip_errors(where: str) -> Iterator[None]:
    """Turns what zipfile says of a damaged archive into an error for the user.

    Raises:
        BadRawFile: zipfile says so.
    """
    try:
        yield
    except DAMAGE as error:
        raise BadRawFile(where, f"must be a whole zip archive, but {error}", "Fetch the file again") from error


def zip_member(path: Path, name: str, limit_bytes: int = MAX_MEMBER_BYTES) -> bytes:
    """The bytes of the one member whose last name is `name`, in whatever folder of the archive it lies.

    Raises:
        RawFileMissing: there is no such member.
        BadRawFile: as `opened_zip`, or there are several such members, or it is too large.
    """
    where = str(path)
    with opened_zip(path) as archive:
        found = [info for info in archive.infolist() if info.filename.rpartition("/")[2] == name]
        if not found:
            raise RawFileMissing(where, f"must hold {name}, but does not", "Fetch the archive again")
        if len(found) > 1:
            raise refused(where, f"must hold one {name}, but holds {len(found)}")
        check_size(where, name, found[0].file_size, limit_bytes)
        with zip_errors(where):
            return archive.read(found[0])  # never more than it says


def _check_count(stream: BinaryIO, found: int) -> None:
    """Compare the members with the number of them that stands at the archive's end, which zipfile never looks at.

    Raises:
        BadZipFile: they differ.
    """
    size_bytes = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size_bytes - LONGEST_END))
    end = stream.read(LONGEST_END).rpartition(b"PK\5\6")[2]
    (said,) = struct.unpack_from("<H", end, 6)
    if said not in {found, MANY}:
        raise BadZipFile(f"it says that it has {said} members, and has {found}")


def _check(path: Path, infos: list[ZipInfo]) -> None:
    """Refuse an archive with a member that leads out, is no plain file, or that only a bomb would hold."""
    where = str(path)
    most = most_bytes(path)
    if sum(info.file_size for info in infos) > most:
        raise refused(where, f"must unpack to at most {most} bytes, but says that it has more")
    if sum(info.compress_size for info in infos) > path.stat().st_size:
        raise refused(where, "members must not share their bytes, but do")
    check_unique(where, (info.filename for info in infos))
    for info in infos:
        check_name(where, info.filename)
        if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise refused(where, f"only files and folders are allowed, but {info.filename} is a link or device")
        if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise refused(where, f"members must be stored or deflated, but {info.filename} is neither")
        if info.flag_bits & ENCRYPTED:
            raise refused(where, f"members must not be encrypted, but {info.filename} is")


def pack_zip(files: dict[str, bytes]) -> bytes:
    """A zip archive of these files, the same bytes every time."""
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, data in files.items():
            archive.writestr(ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), data, ZIP_DEFLATED)
    return packed.getvalue()
