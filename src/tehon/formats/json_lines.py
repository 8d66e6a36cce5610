"""JSON Lines with a declared row type.

Corpora for training are read with `json_rows`: a broken line is left out and counted, never the rest of the file.
Evaluation files are read with `read_json_lines`: every item counts, so a broken line is an error.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from tehon.errors import BadRawFile
from tehon.formats.encodings import misfit
from tehon.formats.lines import BOM, broken, decoded, file_lines
from tehon.records.rows import LeftOut

T = TypeVar("T")

NOT_JSON = "not JSON"
WRONG_FIELDS = "a field is missing or of another type"


class RawRow(msgspec.Struct, frozen=True, gc=False):
    """A row before it is decoded.

    Attributes:
        place: `file:number`.
        offset: of its first byte in its file, unpacked; None where that is not known.
        json: its bytes, whatever they hold.
    """

    place: str
    offset: int | None
    json: bytes


def json_rows(lines: Iterable[bytes], where: str, kind: type[T]) -> Iterator[tuple[str, T] | LeftOut]:
    """Every line that is not blank, as its place (`file:line`) and its row, or why it cannot be one."""
    decoder = msgspec.json.Decoder(kind)
    return (decode_row(row, decoder) for row in raw_lines(lines, where))


def raw_lines(lines: Iterable[bytes], where: str, number: int = 1, offset: int = 0) -> Iterator[RawRow]:
    """Every line that is not blank, without a byte order mark.

    Args:
        lines: of a file, or of a part of it.
        where: the file's name for places.
        number: of the first line.
        offset: of its first byte.
    """
    for line in lines:
        if not line.isspace():
            yield RawRow(f"{where}:{number}", offset, line if offset else line.removeprefix(BOM))
        number += 1
        offset += len(line)


def decode_row(row: RawRow, decoder: msgspec.json.Decoder[T]) -> tuple[str, T] | LeftOut:
    """One row with its place, or why it cannot be one."""
    try:
        row.json.decode()  # msgspec looks only at the strings that it takes
        return row.place, decoder.decode(row.json)
    except UnicodeDecodeError:
        reason = misfit(row.json, "utf-8")
    except msgspec.ValidationError:
        reason = WRONG_FIELDS
    except (msgspec.DecodeError, RecursionError):  # nesting can be deeper than Python's stack
        reason = NOT_JSON
    return broken(row.place, reason, row.offset)


def read_json_lines(path: Path, kind: type[T]) -> Iterator[tuple[str, T]]:
    """Every line of a file that is not blank, as its place (`file:line`) and its row.

    Raises:
        BadRawFile: a line is not UTF-8, not JSON, or not of this type.
    """
    decoder = msgspec.json.Decoder(kind)
    for number, line in enumerate(decoded(file_lines(path), str(path), "utf-8"), start=1):
        if line.strip():
            try:
                yield f"{path.name}:{number}", decoder.decode(line)
            except (msgspec.DecodeError, RecursionError) as error:
                problem = f"must be a JSON line of the expected layout, but {error}"
                raise BadRawFile(f"{path}:{number}", problem, "Fetch the file again") from error


def as_json_lines(*rows: object) -> bytes:
    """Rows as JSON Lines."""
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
