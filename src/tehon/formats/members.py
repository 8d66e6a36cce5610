"""What every archive must obey before a byte of it is used."""

from pathlib import PurePosixPath

from tehon.errors import BadRawFile

MAX_MEMBER_BYTES = 2 * 2**30
"""A larger member is taken for a bomb."""
MAX_ARCHIVE_BYTES = 16 * 2**30
"""So is an archive that unpacks to more."""


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


def refused(where: str, problem: str) -> BadRawFile:
    """The error for an archive that breaks a rule."""
    return BadRawFile(where, problem, "Do not use this archive; fetch it again from its own project")
