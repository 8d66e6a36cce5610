"""Pieces of a source's files that can be read apart, one after the other the same as the whole.

A piece's name says where it starts: file, byte and line, such as `00012-67108912-40321`. Where it ends follows from the
files and from PIECE_BYTES, so that a worker finds it without looking at what stands before.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from tehon.errors import UnknownName
from tehon.formats.lines import MAX_LINE_BYTES, stream_lines
from tehon.formats.opening import opened, unreadable

PIECE_BYTES = 64 * 2**20
"""Files are taken together up to as many; a file of lines that has more is cut into pieces that have about as many."""
CHUNK_BYTES = 1 << 20


class Span(msgspec.Struct, frozen=True):
    """A file, or lines of it.

    Attributes:
        path: the file.
        start: byte of the first line.
        stop: byte behind the last line; None at the file's end.
        number: of the first line, from 1.
    """

    path: Path
    start: int = 0
    stop: int | None = None
    number: int = 1

    def lines(self) -> Iterator[bytes]:
        """The lines with their ends.

        Raises:
            BadRawFile: the file is empty or cannot be read, or a line is too long.
        """
        with opened(self.path) as stream:
            at = stream.seek(self.start)
            for line in stream_lines(stream, str(self.path), self.number):
                if at == self.stop:
                    return
                yield line
                at += len(line)


def cut(paths: Sequence[Path], divisible: Callable[[Path], bool]) -> tuple[str, ...]:
    """The names of the pieces of these files, in order.

    Args:
        paths: in the order in which they are read.
        divisible: whether a file is one of lines that can be read apart.

    Raises:
        BadRawFile: a file cannot be read.
    """
    names: list[str] = []
    file, start, number = 0, 0, 1
    while file < len(paths):
        names.append(f"{file:05d}-{start}-{number}")
        spans = _from(paths, divisible, file, start, number)
        last = spans[-1]
        if last.stop is None:
            file, start, number = file + len(spans), 0, 1
        else:
            start, number = last.stop, last.number + _count_lines(last)
    return tuple(names)


def spans(paths: Sequence[Path], divisible: Callable[[Path], bool], name: str) -> list[Span]:
    """The files, or the lines of a file, that one piece holds; all files where none is named.

    Raises:
        BadRawFile: a file cannot be read.
        UnknownName: no piece has this name.
    """
    if not name:
        return [Span(path) for path in paths]
    try:
        file, start, number = map(int, name.split("-"))
        return _from(paths, divisible, file, start, number)
    except (ValueError, IndexError) as error:
        raise UnknownName("piece", name, ()) from error


def whole(path: Path) -> bool:
    """That a file cannot be read in pieces."""
    del path
    return False


def _from(paths: Sequence[Path], divisible: Callable[[Path], bool], file: int, start: int, number: int) -> list[Span]:
    """The piece that starts there."""
    size = _size_bytes(paths[file])
    if start or (size > PIECE_BYTES and divisible(paths[file])):
        stop = _line_end(paths[file], start + PIECE_BYTES)
        return [Span(paths[file], start, stop if stop < size else None, number)]
    taken = [Span(paths[file])]
    for path in paths[file + 1 :]:
        size += _size_bytes(path)
        if size > PIECE_BYTES:
            break
        taken.append(Span(path))
    return taken


def _line_end(path: Path, at: int) -> int:
    """The byte behind the line in which a byte lies."""
    with opened(path) as stream:
        start = stream.seek(at - 1)
        return start + len(stream.readline(MAX_LINE_BYTES))


def _count_lines(span: Span) -> int:
    """The lines of a span that does not reach the file's end."""
    left_bytes = (span.stop or span.start) - span.start
    count = 0
    with opened(span.path) as stream:
        stream.seek(span.start)
        while chunk := stream.read(min(CHUNK_BYTES, left_bytes)):
            count += chunk.count(b"\n")
            left_bytes -= len(chunk)
    return count


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error
