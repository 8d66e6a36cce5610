"""Text files line by line: constant memory, whatever a file holds, and every line knows where it starts."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from tehon.errors import BadRawFile
from tehon.formats.encodings import misfit
from tehon.formats.opening import opened
from tehon.records.rows import LeftOut

MAX_LINE_BYTES = 64 * 2**20
"""A longer line is taken for a file of another format."""
BOM = b"\xef\xbb\xbf"
NUL = "NUL byte in a line of text"


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line of text.

    Attributes:
        number: from 1.
        offset: of its first byte in its file, unpacked.
        text: with its end.
    """

    number: int
    offset: int
    text: str


def file_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file with their ends.

    Raises:
        BadRawFile: the file is empty or cannot be read, or a line is longer than MAX_LINE_BYTES.
    """
    with opened(path) as stream:
        yield from stream_lines(stream, str(path))


def stream_lines(stream: BinaryIO, where: str, number: int = 1) -> Iterator[bytes]:
    """The lines of a binary stream with their ends, of which the first has this number.

    Raises:
        BadRawFile: a line is longer than MAX_LINE_BYTES.
    """
    while line := stream.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            problem = f"a line must have at most {MAX_LINE_BYTES} bytes, but this one has more"
            raise BadRawFile(f"{where}:{number}", problem, "Check that the file has the expected format")
        yield line
        number += 1


def text_lines(
    lines: Iterable[bytes], where: str, encoding: str = "utf-8", *, number: int = 1, offset: int = 0
) -> Iterator[Line | LeftOut]:
    """The lines as text with their ends, without a byte order mark; those that are no text in this encoding, left out.

    Args:
        lines: of the file, or of a part of it.
        where: the file's name for places.
        encoding: declared, one in which a line feed is one byte.
        number: of the first line.
        offset: of its first byte.
    """
    for line in lines:
        try:
            text = text_of(line, number, encoding)
        except UnicodeDecodeError:
            yield broken(f"{where}:{number}", misfit(line, encoding), offset)
        else:
            yield broken(f"{where}:{number}", NUL, offset) if "\0" in text else Line(number, offset, text)
        number += 1
        offset += len(line)


def text_of(line: bytes, number: int, encoding: str) -> str:
    """A line as text; the first one without UTF-8's byte order mark."""
    return (line.removeprefix(BOM) if number == 1 and encoding == "utf-8" else line).decode(encoding)


def broken(place: str, reason: str, offset: int | None) -> LeftOut:
    """A damaged row that starts at this byte; None where its format has no lines."""
    return LeftOut(place=place, reason=reason, damaged=True, byte_offset=offset)


def decoded(lines: Iterable[bytes], where: str, encoding: str) -> Iterator[str]:
    """The lines of a file of which every one counts, as text with their ends, without a byte order mark.

    Raises:
        BadRawFile: a line is not text in this encoding; the message says which.
    """
    for number, line in enumerate(lines, start=1):
        try:
            yield text_of(line, number, encoding)
        except UnicodeDecodeError as error:
            problem = f"must be {encoding} text, but byte {error.start + 1} of this line is not"
            raise BadRawFile(f"{where}:{number}", problem, "Fetch the file again, or convert it") from error
