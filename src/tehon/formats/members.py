"""What every archive must obey before a byte of it is used."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from tehon.errors import BadRawFile
from tehon.formats.opening import unreadable

MAX_MEMBER_BYTES = 2 * 2**30
"""A larger member is taken for a bomb."""
MAX_ARCHIVE_BYTES = 16 * 2**30
"""So is an archive that unpacks to more."""
FREE_BYTES = 64 * 2**20
"""What anything may unpack to."""
MAX_RATIO = 200
"""Bytes that one packed byte may unpack to beyond that; text gives 3 to 20, deflate can give 1,032."""


def most_bytes(path: Path, limit_bytes: int = MAX_ARCHIVE_BYTES) -> int:
    """What this archive may unpack to before it is taken for a bomb.

    Raises:
        BadRawFile: the system does not let it be looked at.
    """
    try:
        packed_bytes = path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error
    return min(limit_bytes, max(FREE_BYTES, MAX_RATIO * packed_bytes))


def check_name(where: str, name: str) -> None:
    """Refuse a member that would lie outside the folder it is unpacked to.

    Raises:
        BadRawFile: the name is absolute, climbs with `..`, or is not a plain path.
    """
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise refused(where, f"member names must stay inside the archive, but one is {name!r}")


def check_size(where: str, name: str, size_bytes: int, limit_bytes: int = MAX_MEMBER_BYTES) -> None:
    """Refuse a member that says that it is too large.

    Raises:
        BadRawFile: it does.
    """
    if size_bytes > limit_bytes:
        raise refused(where, f"a member must have at most {limit_bytes} bytes, but {name} has {size_bytes}")


def check_unique(where: str, names: Iterable[str]) -> None:
    """Refuse a second member of one name, of which a reader by name would never hear.

    Raises:
        BadRawFile: there is one.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise refused(where, f"every member must have a name of its own, but two are {name}")
        seen.add(name)


def bomb(where: str, most: int) -> BadRawFile:
    """The error for an archive that unpacks to more than `most_bytes`."""
    return refused(where, f"must unpack to at most {most} bytes, but goes on")


def refused(where: str, problem: str) -> BadRawFile:
    """The error for an archive that breaks a rule."""
    return BadRawFile(where, problem, "Do not use this archive; fetch it again from its own project")
