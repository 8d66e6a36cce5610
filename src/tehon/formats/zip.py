"""Zip archives, one member at a time; nothing is ever unpacked to disk."""

import io
import stat
import zlib
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from tehon.errors import BadRawFile, RawFileMissing
from tehon.formats.members import MAX_ARCHIVE_BYTES, MAX_MEMBER_BYTES, check_name, check_size, refused


def zip_member(path: Path, name: str, limit_bytes: int = MAX_MEMBER_BYTES) -> bytes:
    """The bytes of the one member whose last name is `name`, in whatever folder of the archive it lies.

    Raises:
        RawFileMissing: there is no such member.
        BadRawFile: the archive is damaged, encrypted, holds several such members, or breaks a rule of `members`.
    """
    where = str(path)
    try:
        with ZipFile(path) as archive:
            infos = archive.infolist()
            check_archive(where, infos)
            found = [info for info in infos if info.filename.rpartition("/")[2] == name]
            if not found:
                raise RawFileMissing(where, f"must hold {name}, but does not", "Fetch the archive again")
            if len(found) > 1:
                raise refused(where, f"must hold one {name}, but holds {len(found)}")
            check_size(where, name, found[0].file_size, limit_bytes)
            with archive.open(found[0]) as stream:
                data = stream.read(limit_bytes + 1)
            check_size(where, name, len(data), limit_bytes)
            return data
    except (BadZipFile, EOFError, zlib.error) as error:
        raise BadRawFile(where, f"must be a whole zip archive, but {error}", "Fetch the file again") from error


def check_archive(where: str, infos: list[ZipInfo]) -> None:
    """Refuse an archive with a member that leads out, is no plain file, or that only a bomb would hold.

    Raises:
        BadRawFile: it has one.
    """
    if sum(info.file_size for info in infos) > MAX_ARCHIVE_BYTES:
        raise refused(where, f"must unpack to at most {MAX_ARCHIVE_BYTES} bytes, but says that it has more")
    for info in infos:
        check_name(where, info.filename)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise refused(where, f"only files and folders are allowed, but {info.filename} is a link")
        if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise refused(where, f"members must be stored or deflated, but {info.filename} is neither")
        if info.flag_bits & 0x1:
            raise refused(where, f"members must not be encrypted, but {info.filename} is")


def pack_zip(files: dict[str, bytes]) -> bytes:
    """A zip archive of these files, the same bytes every time."""
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, data in files.items():
            archive.writestr(ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), data, ZIP_DEFLATED)
    return packed.getvalue()
