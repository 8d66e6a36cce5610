"""Single files packed with gzip, line by line; nothing is ever unpacked to disk."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from tehon.errors import BadRawFile
from tehon.formats.lines import file_lines, stream_lines
from tehon.formats.members import MAX_ARCHIVE_BYTES, refused


def unpacked_lines(path: Path, limit_bytes: int = MAX_ARCHIVE_BYTES) -> Iterator[bytes]:
    """The lines of a file with their ends, unpacked where its name ends in `.gz`.

    Raises:
        BadRawFile: the packed file is damaged, truncated or unpacks to more than `limit_bytes`, or a line is too long.
    """
    if path.suffix != ".gz":
        yield from file_lines(path)
        return
    where, unpacked_bytes = str(path), 0
    try:
        with gzip.open(path) as stream:
            for line in stream_lines(cast("BinaryIO", stream), where):
                unpacked_bytes += len(line)
                if unpacked_bytes > limit_bytes:
                    raise refused(where, f"must unpack to at most {limit_bytes} bytes, but goes on")
                yield line
    except (EOFError, OSError, zlib.error) as error:
        raise BadRawFile(where, f"must be a whole gzip file, but {error}", "Fetch the file again") from error


def pack_gz(data: bytes) -> bytes:
    """These bytes packed, the same result every time."""
    return gzip.compress(data, mtime=0)
