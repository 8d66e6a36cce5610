"""One JSON document a file, decoded to a declared type."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from tehon.errors import BadRawFile

T = TypeVar("T")


def read_json(path: Path, kind: type[T]) -> T:
    """The document of a file.

    Raises:
        BadRawFile: it is not JSON, not UTF-8, or not of this type.
    """
    return decode_json(path.read_bytes(), str(path), kind)


def decode_json(data: bytes, where: str, kind: type[T]) -> T:
    """The same from bytes; `where` names them in messages."""
    try:
        return msgspec.json.decode(data.decode("utf-8-sig"), type=kind)
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
