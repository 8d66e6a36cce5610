"""One JSON document a file, decoded to a declared type."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from tehon.errors import BadRawFile
from tehon.formats.lines import BOM
from tehon.formats.opening import opened

T = TypeVar("T")

MAX_DOCUMENT_BYTES = 512 * 2**20
"""A document is held in memory; a larger one must come as JSON Lines or as one array, which are not."""


def read_json(path: Path, kind: type[T]) -> T:
    """The document of a file.

    Raises:
        BadRawFile: it is too large, not JSON, not UTF-8, or not of this type.
    """
    with opened(path) as stream:
        data = stream.read(MAX_DOCUMENT_BYTES + 1)
    if len(data) > MAX_DOCUMENT_BYTES:
        problem = f"a JSON document must have at most {MAX_DOCUMENT_BYTES} bytes, but this one has more"
        raise BadRawFile(str(path), problem, "Cut it into several files")
    return decode_json(data, str(path), kind)


def decode_json(data: bytes, where: str, kind: type[T]) -> T:
    """The same from bytes; `where` names them in messages."""
    try:
        data.decode()  # msgspec looks only at the strings that it takes
        return msgspec.json.decode(data.removeprefix(BOM), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = f"must be JSON of the expected layout, but {error}"
        raise BadRawFile(where, problem, "Fetch the file again") from error


def json_array(data: bytes, where: str, kind: type[T]) -> Iterator[T]:
    """The elements of one JSON array, decoded one after the other, so that memory holds little more than its bytes.

    Raises:
        BadRawFile: it is no JSON array, or an element is not UTF-8 or not of this type; the message counts from 0.
    """
    decoder = msgspec.json.Decoder(kind)
    place = where
    try:
        for number, element in enumerate(msgspec.json.decode(data, type=list[msgspec.Raw])):
            place = f"{where}[{number}]"
            yield decoder.decode(element)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = f"must be of the expected layout, but {error}"
        raise BadRawFile(place, problem, "Fetch the file again") from error
