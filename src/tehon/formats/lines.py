"""Text files line by line, as bytes: constant memory, whatever a file holds."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from tehon.errors import BadRawFile

MAX_LINE_BYTES = 64 * 2**20
"""A longer line is taken for a file of another format."""
BOM = b"\xef\xbb\xbf"


def file_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file with their ends, without a byte order mark.

    Raises:
        BadRawFile: a line is longer than MAX_LINE_BYTES.
    """
    with path.open("rb") as stream:
        yield from stream_lines(stream, str(path))


def stream_lines(stream: BinaryIO, where: str) -> Iterator[bytes]:
    """The lines of a binary stream with their ends, without a byte order mark.

    Raises:
        BadRawFile: a line is longer than MAX_LINE_BYTES.
    """
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            problem = f"a line must have at most {MAX_LINE_BYTES} bytes, but this one has more"
            raise BadRawFile(f"{where}:{number}", problem, "Check that the file has the expected format")
        yield line.removeprefix(BOM) if number == 1 else line


def decoded(lines: Iterable[bytes], where: str, encoding: str) -> Iterator[str]:
    """The lines as text; line ends stay as they are.

    Raises:
        BadRawFile: a line is not text in this encoding; the message says which.
    """
    for number, line in enumerate(lines, start=1):
        try:
            yield line.decode(encoding)
        except UnicodeDecodeError as error:
            problem = f"must be {encoding} text, but byte {error.start + 1} of this line is not"
            raise BadRawFile(f"{where}:{number}", problem, "Fetch the file again, or convert it") from error
