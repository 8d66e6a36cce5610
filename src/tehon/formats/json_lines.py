"""JSON Lines with a declared row type.

Corpora for training are read with `json_rows`: a broken line is left out and counted, never the rest of the file.
Evaluation files are read with `read_json_lines`: every item counts, so a broken line is an error.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from tehon.errors import BadRawFile
from tehon.formats.lines import decoded, file_lines
from tehon.records.rows import LeftOut

T = TypeVar("T")

NOT_JSON = "not JSON"
WRONG_FIELDS = "a field is missing or of another type"


def json_rows(lines: Iterable[bytes], where: str, kind: type[T]) -> Iterator[tuple[str, T] | LeftOut]:
    """Every line that is not blank, as its place (`file:line`) and its row, or why it cannot be one.

    Raises:
        BadRawFile: a line is not UTF-8.
    """
    decoder = msgspec.json.Decoder(kind)
    for number, line in enumerate(decoded(lines, where, "utf-8"), start=1):
        if line.strip():
            yield decode_row(line, f"{where}:{number}", decoder)


def decode_row(line: str | bytes, place: str, decoder: msgspec.json.Decoder[T]) -> tuple[str, T] | LeftOut:
    """One row with its place, or why it cannot be one."""
    try:
        return place, decoder.decode(line)
    except msgspec.ValidationError:
        return LeftOut(place=place, reason=WRONG_FIELDS)
    except (msgspec.DecodeError, RecursionError):  # nesting can be deeper than Python's stack
        return LeftOut(place=place, reason=NOT_JSON)


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
