"""A JSON array of rows, or JSON Lines: whichever the file holds."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tehon.formats.json_document import read_json
from tehon.formats.lines import decoded, file_lines


def raw_rows(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every row as its place (`file:number`, from 1) and its undecoded JSON; an array is held in memory whole.

    Raises:
        BadRawFile: the file is not UTF-8, or an array that is not JSON.
    """
    with path.open("rb") as stream:
        is_array = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    if is_array:
        for number, row in enumerate(read_json(path, tuple[msgspec.Raw, ...]), start=1):
            yield f"{path.name}:{number}", bytes(row)
    else:
        for number, line in enumerate(decoded(file_lines(path), path.name, "utf-8"), start=1):
            if line.strip():
                yield f"{path.name}:{number}", line.encode()
