"""XML as a stream of elements, without entities of its own and without anything fetched."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from xml.parsers import expat

from tehon.errors import BadRawFile
from tehon.formats.opening import opened

CHUNK_BYTES = 1 << 16
MAX_DEPTH = 100
MAX_ELEMENT_BYTES = 64 * 2**20
"""An element is held in memory until it ends."""


class Element:
    """One element with all that is below it.

    Attributes:
        tag: its name.
        attributes: name -> value.
        children: elements directly below, in order.
        text: of itself, children's left out.
        line: where it starts in the file, from 1.
    """

    def __init__(self, tag: str, attributes: dict[str, str], line: int) -> None:
        """Start empty."""
        self.tag = tag
        self.attributes = attributes
        self.line = line
        self.children: list[Element] = []
        self.text = ""

    def texts(self, *tags: str) -> list[str]:
        """The stripped texts of the elements at the end of this path of tags, in order."""
        found = [self]
        for tag in tags:
            found = [child for element in found for child in element.children if child.tag == tag]
        return [element.text.strip() for element in found]


def read_xml(path: Path, tag: str) -> Iterator[Element]:
    """Every outermost element of that name, in order, each forgotten once the next is asked for.

    Raises:
        BadRawFile: the file is empty, not well-formed, declares a document type, or holds an element that nests deeper
            than MAX_DEPTH or is longer than MAX_ELEMENT_BYTES.
    """
    with opened(path) as stream:
        yield from xml_elements(iter(partial(stream.read, CHUNK_BYTES), b""), str(path), tag)


def xml_elements(chunks: Iterable[bytes], where: str, tag: str, *, doctype: bool = False) -> Iterator[Element]:
    """The same from the bytes of a file in pieces.

    Args:
        chunks: of the file, in order.
        where: its name for messages.
        tag: the elements' name.
        doctype: the file may name a document type, as Medline's do; it is not fetched, and entities stay forbidden.

    Raises:
        BadRawFile: as `read_xml`.
    """
    builder = _Builder(where, tag, doctype=doctype)
    for chunk in chunks:
        builder.feed(chunk, final=False)
        yield from builder.take()
    builder.feed(b"", final=True)
    yield from builder.take()


class _Builder:
    def __init__(self, where: str, tag: str, *, doctype: bool) -> None:
        self._where = where
        self._tag = tag
        self._depth = 0
        self._fed_bytes = 0
        self._started = 0
        self._open: list[Element] = []
        self._ready: list[Element] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        if doctype:
            self._parser.EntityDeclHandler = self._entity
        else:
            self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, chunk: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(chunk, final)
        except expat.ExpatError as error:
            problem = f"must be well-formed XML, but {expat.ErrorString(error.code)}"
            raise BadRawFile(f"{self._where}:{error.lineno}", problem, "Fetch the file again") from error
        except (LookupError, ValueError) as error:  # of the encoding that the file declares
            problem = f"must be XML in a known encoding, but {error}"
            raise BadRawFile(self._where, problem, "Fetch the file again") from error
        self._fed_bytes += len(chunk)
        held_bytes = self._fed_bytes - (self._started if self._open else self._parser.CurrentByteIndex)
        if held_bytes > MAX_ELEMENT_BYTES:
            problem = f"an element must have at most {MAX_ELEMENT_BYTES} bytes, but one goes on"
            raise BadRawFile(f"{self._where}:{self._parser.CurrentLineNumber}", problem, "Do not use this file")

    def take(self) -> list[Element]:
        ready, self._ready = self._ready, []
        return ready

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise BadRawFile(
                self._where, f"must nest at most {MAX_DEPTH} deep, but goes deeper", "Do not use this file"
            )
        if self._open or tag == self._tag:
            element = Element(tag, attributes, self._parser.CurrentLineNumber)
            if self._open:
                self._open[-1].children.append(element)
            else:
                self._started = self._parser.CurrentByteIndex
            self._open.append(element)

    def _end(self, tag: str) -> None:
        del tag
        self._depth -= 1
        if self._open:
            element = self._open.pop()
            if not self._open:
                self._ready.append(element)

    def _characters(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def _doctype(self, *declaration: object) -> None:
        del declaration
        raise BadRawFile(self._where, "must not declare a document type, but does", "Do not use this file")

    def _entity(self, *declaration: object) -> None:
        del declaration
        raise BadRawFile(self._where, "must not declare an entity, but does", "Do not use this file")
