"""Single files packed with gzip, line by line; nothing is ever unpacked to disk."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from tehon.errors import BadRawFile
from tehon.formats.lines import file_lines, stream_lines
from tehon.formats.members import MAX_ARCHIVE_BYTES, bomb, most_bytes
from tehon.formats.opening import opened


def unpacked_lines(path: Path, limit_bytes: int = MAX_ARCHIVE_BYTES) -> Iterator[bytes]:
    """The lines of a file with their ends, unpacked where its name ends in `.gz`.

    Raises:
        BadRawFile: the file is empty, damaged, truncated, or unpacks to more than any corpus, or a line is too long.
    """
    if path.suffix != ".gz":
        yield from file_lines(path)
        return
    where = str(path)
    most = left_bytes = most_bytes(path, limit_bytes)
    with opened(path) as packed:
        try:
            for line in stream_lines(cast("BinaryIO", gzip.GzipFile(fileobj=packed)), where):
                left_bytes -= len(line)
                if left_bytes < 0:
                    raise bomb(where, most)
                yield line
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BadRawFile(where, f"must be a whole gzip file, but {error}", "Fetch the file again") from error


def pack_gz(data: bytes) -> bytes:
    """These bytes packed, the same result every time."""
    return gzip.compress(data, mtime=0)
