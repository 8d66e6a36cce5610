from pathlib import Path

import msgspec
import pytest

from tehon.errors import BadRawFile
from tehon.formats import lines as line_module
from tehon.formats.json_lines import NOT_JSON, WRONG_FIELDS, as_json_lines, json_rows, read_json_lines
from tehon.formats.lines import file_lines
from tehon.records.rows import LeftOut


class Cat(msgspec.Struct):
    name: str


def damaged(line: int, reason: str, offset: int) -> LeftOut:
    return LeftOut(place=f"f:{line}", reason=reason, damaged=True, byte_offset=offset)


DEEP = b'{"name": "x", "y": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def test_a_broken_line_is_left_out_and_the_rest_is_read() -> None:
    broken = [b"{\n", b'{"name": null}\n', b"{}\n", b'{"name": "\\ud800"}\n', b"[1]\n", DEEP + b"\n"]
    found = list(json_rows([b'{"name": "a"}\n', b"\n", *broken, b'{"name": "b", "more": 1}'], "f", Cat))
    starts = [len(b'{"name": "a"}\n\n') + sum(map(len, broken[:number])) for number in range(len(broken))]
    reasons = [NOT_JSON, WRONG_FIELDS, WRONG_FIELDS, NOT_JSON, WRONG_FIELDS, NOT_JSON]
    assert found == [
        ("f:1", Cat("a")),
        *(damaged(line, reason, offset) for line, (reason, offset) in enumerate(zip(reasons, starts, strict=True), 3)),
        ("f:9", Cat("b")),
    ]


@pytest.mark.parametrize("key", ["name", "unread"])
def test_a_line_that_is_no_utf8_is_damaged_even_where_nobody_reads(key: str) -> None:
    lines = [b'{"name": "a"}\n', b'{"name": "b", "' + key.encode() + b'": "\xff"}\n', b'{"name": "c"}\n']
    assert list(json_rows(lines, "f", Cat)) == [
        ("f:1", Cat("a")), damaged(2, "not UTF-8", 14), ("f:3", Cat("c")),
    ]  # fmt: skip


def test_lines_in_another_encoding_say_which_it_may_be() -> None:
    line = '{"name": "三毛猫のたま"}\n'
    (found,) = json_rows([line.encode("cp932")], "f", Cat)
    assert found == damaged(1, "not UTF-8, perhaps CP932", 0)


def test_offsets_count_a_byte_order_mark_that_is_no_part_of_the_first_line() -> None:
    assert list(json_rows([b'\xef\xbb\xbf{"name": "a"}\n', b"{\n"], "f", Cat)) == [
        ("f:1", Cat("a")), damaged(2, NOT_JSON, 17),
    ]  # fmt: skip


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
