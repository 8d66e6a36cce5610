from pathlib import Path

import msgspec
import pytest

from tehon.errors import BadRawFile
from tehon.formats import lines as line_module
from tehon.formats.json_array import raw_rows
from tehon.formats.json_lines import NOT_JSON, WRONG_FIELDS, as_json_lines, json_rows, read_json_lines
from tehon.formats.lines import file_lines
from tehon.records.rows import LeftOut


class Cat(msgspec.Struct):
    name: str


DEEP = b'{"name": "x", "y": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def test_a_broken_line_is_left_out_and_the_rest_is_read() -> None:
    broken = [b"{\n", b'{"name": null}\n', b"{}\n", b'{"name": "\\ud800"}\n', b"[1]\n", DEEP + b"\n"]
    found = list(json_rows([b'{"name": "a"}\n', b"\n", *broken, b'{"name": "b", "more": 1}'], "f", Cat))
    reasons = [NOT_JSON, WRONG_FIELDS, WRONG_FIELDS, NOT_JSON, WRONG_FIELDS, NOT_JSON]
    assert found == [
        ("f:1", Cat("a")),
        *(LeftOut(place=f"f:{number}", reason=reason) for number, reason in enumerate(reasons, start=3)),
        ("f:9", Cat("b")),
    ]


def test_bytes_that_are_no_utf8_are_an_error_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "cats.jsonl"
    path.write_bytes(b'{"name": "a"}\n{"name": "b", "unread": "\xff"}\n{"name": "c"}\n')
    with pytest.raises(BadRawFile, match=r"cats\.jsonl:2: must be utf-8 text, but byte 26"):
        list(json_rows(file_lines(path), path.name, Cat))


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "cats.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"name": "a"}\n')
    assert list(read_json_lines(path, Cat)) == [("cats.jsonl:1", Cat("a"))]


def test_evaluation_files_may_not_have_a_broken_line(tmp_path: Path) -> None:
    path = tmp_path / "cats.jsonl"
    path.write_bytes(as_json_lines(Cat("a"), {"nom": "b"}))
    with pytest.raises(BadRawFile, match=r"cats\.jsonl:2: must be a JSON line of the expected layout"):
        list(read_json_lines(path, Cat))


def test_a_line_without_an_end_in_sight_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_module, "MAX_LINE_BYTES", 10)
    path = tmp_path / "cats.jsonl"
    path.write_bytes(b"0123456789\n")
    with pytest.raises(BadRawFile, match=r"cats\.jsonl:1: a line must have at most 10 bytes"):
        list(file_lines(path))


@pytest.mark.parametrize(
    "data", [b'[{"a": 1},\n {"a": 2}]', b'{"a": 1}\n\n{"a": 2}\n', b'\xef\xbb\xbf [{"a": 1},{"a": 2}]']
)
def test_rows_of_an_array_and_of_lines_are_the_same(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "f.json"
    path.write_bytes(data)
    assert [msgspec.json.decode(row) for _, row in raw_rows(path)] == [{"a": 1}, {"a": 2}]


def test_a_broken_array_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_bytes(b'[{"a": 1},')
    with pytest.raises(BadRawFile, match="must be JSON of the expected layout"):
        list(raw_rows(path))
