"""A JSON array of rows, or JSON Lines: whichever a file holds, in constant memory.

An array is cut into the bytes of its elements, so that its rows are decoded exactly as lines are: a damaged element is
left out with its place and offset, and numbers keep their digits. Parsers that turn a stream into objects were tried
and left: ijson gives `?` for half a surrogate pair, and dies on a number of 5,000 digits and on 200,000 brackets.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from tehon.errors import BadRawFile
from tehon.formats.json_lines import RawRow, decode_row, raw_lines
from tehon.formats.lines import BOM, MAX_LINE_BYTES
from tehon.formats.opening import opened
from tehon.formats.pieces import Span
from tehon.records.rows import LeftOut

T = TypeVar("T")

CHUNK_BYTES = 1 << 20
_VISIBLE = re.compile(rb"[^ \t\r\n]")
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TO_BRACKET = re.compile(rb'[^"{}\[\]]*+(?:' + _STRING + rb'[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL)
_SCALAR = re.compile(rb"(?:" + _STRING + rb"|[^\s,\]\"{}\[]++)(?=[\s,\]])", re.DOTALL)


def file_rows(path: Path, kind: type[T], span: Span | None = None) -> Iterator[tuple[str, T] | LeftOut]:
    """Every row as its place (`file:number`, from 1) and what it holds, or why it cannot be one.

    Args:
        path: the file.
        kind: the type of its rows.
        span: only these of its lines; an array is always read whole.

    Raises:
        BadRawFile: an array does not go on as an array must, so that the rest of it is lost; or a row is too long.
    """
    decoder = msgspec.json.Decoder(kind)
    return (decode_row(row, decoder) for row in raw_rows(path, span))


def raw_rows(path: Path, span: Span | None = None) -> Iterator[RawRow]:
    """Every row before it is decoded.

    Raises:
        BadRawFile: as `file_rows`.
    """
    span = span or Span(path)
    if not span.start and is_array(path):
        with opened(path) as stream:
            for number, (offset, json) in enumerate(_Array(stream, str(path)).elements(), start=1):
                yield RawRow(f"{path.name}:{number}", offset, json)
    else:
        yield from raw_lines(span.lines(), path.name, span.number, span.start)


def is_array(path: Path) -> bool:
    """Whether a file holds one array, and not lines.

    Raises:
        BadRawFile: it cannot be read.
    """
    with opened(path) as stream:
        return stream.read(64).removeprefix(BOM).lstrip().startswith(b"[")


class _Array:
    """An array as it passes by; no more than an element and a chunk are held."""

    def __init__(self, stream: BinaryIO, where: str) -> None:
        self._stream = stream
        self._where = where
        self._held = b""
        self._start = 0  # of what is held, in the file
        self._at = 0  # what comes next, in what is held

    def elements(self) -> Iterator[tuple[int, bytes]]:
        """Every element with its offset."""
        self._more()
        self._at = len(BOM) if self._held.startswith(BOM) else 0
        self._take(b"[")
        if self._next() != b"]":
            yield self._element()
            while self._next() != b"]":
                self._take(b",")
                yield self._element()
        self._take(b"]")
        if self._next():
            raise self._broken("something comes behind its end")

    def _element(self) -> tuple[int, bytes]:
        first = self._next()
        if first and first in b",:]}":
            raise self._broken(f"{first.decode()} comes where an element must stand")
        pattern = _TO_BRACKET if first in {b"{", b"["} else _SCALAR
        end, depth = self._at, 0
        while True:
            found = pattern.match(self._held, end)
            if found:
                end = found.end()
                depth += 0 if pattern is _SCALAR else 1 if found[1] in b"{[" else -1
                if depth == 0:
                    offset, json = self._start + self._at, self._held[self._at : end]
                    self._at = end
                    return offset, json
            else:
                end -= self._at
                if not self._more():
                    raise self._broken("it ends within an element")

    def _take(self, wanted: bytes) -> None:
        found = self._next()
        if found != wanted:
            came = found.decode("ascii", "replace") if found else "the end of the file"
            raise self._broken(f"{came} comes where {wanted.decode()} must stand")
        self._at += 1

    def _next(self) -> bytes:
        """The next byte that is no space; nothing at the end of the file."""
        while True:
            if found := _VISIBLE.search(self._held, self._at):
                self._at = found.start()
                return found[0]
            self._at = len(self._held)
            if not self._more():
                return b""

    def _more(self) -> bool:
        """Forget what was taken and read on, twice as much each time within one element; whether there is more."""
        rest = self._held[self._at :]
        if len(rest) > MAX_LINE_BYTES:
            raise self._broken(f"an element has more than {MAX_LINE_BYTES} bytes")
        data = self._stream.read(max(CHUNK_BYTES, len(rest)))
        self._start += self._at
        self._held, self._at = rest + data, 0
        return bool(data)

    def _broken(self, problem: str) -> BadRawFile:
        where = f"{self._where}: byte {self._start + self._at}"
        return BadRawFile(where, f"must be one JSON array, but {problem}, so the rest is lost", "Fetch the file again")
