from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tehon.errors import BadRawFile
from tehon.formats import lines as line_module
from tehon.formats.lines import NUL, Line, decoded, file_lines, text_lines
from tehon.records.rows import LeftOut


def damaged(line: int, offset: int, reason: str) -> LeftOut:
    return LeftOut(place=f"f:{line}", reason=reason, damaged=True, byte_offset=offset)


def test_a_line_knows_its_number_and_its_first_byte() -> None:
    assert list(text_lines([b"\xef\xbb\xbf1\r\n", "二\n".encode(), b"3"], "f")) == [
        Line(1, 0, "1\r\n"), Line(2, 6, "二\n"), Line(3, 10, "3"),
    ]  # fmt: skip
    assert list(text_lines([b"1\n", b"2"], "f", number=7, offset=100)) == [Line(7, 100, "1\n"), Line(8, 102, "2")]


def test_a_line_that_is_no_text_is_left_out_and_the_rest_is_read() -> None:
    assert list(text_lines([b"1\n", b"\xff\n", b"a\0b\n", b"4\n"], "f")) == [
        Line(1, 0, "1\n"), damaged(2, 2, "not UTF-8"), damaged(3, 4, NUL), Line(4, 8, "4\n"),
    ]  # fmt: skip


def test_the_mark_of_utf8_is_no_mark_in_another_encoding() -> None:
    (found,) = text_lines(["\ufeff題名".encode()], "f", "cp932")
    assert found == damaged(1, 0, "not CP932, perhaps UTF-8")


@given(st.lists(st.binary(max_size=8).map(lambda data: data.replace(b"\n", b"") + b"\n")))
def test_every_line_is_given_once_and_its_offset_leads_back_to_it(data: Iterable[bytes]) -> None:
    given_ = list(data)
    whole = b"".join(given_)
    found = list(text_lines(given_, "f"))
    assert len(found) == len(given_)
    for number, (line, raw) in enumerate(zip(found, given_, strict=True), start=1):
        offset = line.byte_offset if isinstance(line, LeftOut) else line.offset
        assert whole[offset or 0 :].startswith(raw)
        if isinstance(line, Line):
            assert line.number == number
            assert line.text.encode() == (raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw)


def test_where_every_line_counts_one_that_is_no_text_is_an_error() -> None:
    lines = decoded([b"\xef\xbb\xbf1\n", b"2\xff\n"], "f", "utf-8")
    assert next(lines) == "1\n"
    with pytest.raises(BadRawFile, match="f:2: must be utf-8 text, but byte 2 of this line is not"):
        next(lines)


def test_a_line_without_an_end_in_sight_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_module, "MAX_LINE_BYTES", 10)
    path = tmp_path / "cats.jsonl"
    path.write_bytes(b"1\n0123456789\n")
    with pytest.raises(BadRawFile, match=r"cats\.jsonl:2: a line must have at most 10 bytes"):
        list(file_lines(path))
