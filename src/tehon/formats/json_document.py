"""One JSON document a file, decoded to a declared type."""

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
        return msgspec.json.decode(data.decode(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = f"must be JSON of the expected layout, but {error}"
        raise BadRawFile(where, problem, "Fetch the file again") from error
