import pytest

from tehon.errors import BadRawFile
from tehon.formats.columns import read_columns
from tehon.records.rows import LeftOut


def damaged(line: int, offset: int, reason: str) -> LeftOut:
    return LeftOut(place=f"f.txt:{line}", reason=reason, damaged=True, byte_offset=offset)


def rows(text: str, *, quoted: bool = False) -> list[tuple[str, list[str]] | LeftOut]:
    return list(read_columns(text.encode().splitlines(keepends=True), "f.txt", 2, 2, quoted=quoted))


def test_quotes_are_text_unless_declared() -> None:
    assert rows('"a\tb"\n') == [("f.txt:1", ['"a', 'b"'])]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('"a b"\tc\n', ["a b", "c"]),
        ('"say ""a"""\tc\n', ['say "a"', "c"]),
        ('"a" said he\tc\n', ["a said he", "c"]),
        ('a "b" c\td\n', ['a "b" c', "d"]),
        ('""\tc\n', ["", "c"]),
        ('""a"\tc\n', ['a"', "c"]),
        ('a\t"b\tc"\n', ["a", "b\tc"]),
        ('a\t"b"\r\n', ["a", "b"]),
        ('a\t""""\n', ["a", '"']),
    ],
)
def test_declared_quotes_enclose_a_cell_as_pandas_reads_them(text: str, cells: list[str]) -> None:
    assert rows(text, quoted=True) == [("f.txt:1", cells)]


def test_a_stray_quote_merges_lines_until_the_next_and_places_name_the_first() -> None:
    assert rows('a\t"b\nc\td\ne"\tf\ng\th\n', quoted=True) == [
        damaged(1, 0, "more cells than columns"),
        ("f.txt:4", ["g", "h"]),
    ]
    assert rows('a\t"b\nc\td\ne"\ng\th\n', quoted=True) == [("f.txt:1", ["a", "b\nc\td\ne"]), ("f.txt:4", ["g", "h"])]


def test_a_quote_that_is_never_closed_is_an_error_and_not_the_rest_of_the_file() -> None:
    with pytest.raises(BadRawFile, match=r"f\.txt:2: must close the quote"):
        rows('a\tb\nc\t"d\ne\tf\n', quoted=True)


@pytest.mark.parametrize("quoted", [False, True])
def test_rows_of_another_width_are_damaged_and_empty_ones_only_empty(quoted: bool) -> None:  # noqa: FBT001
    assert rows("a\n\na\tb\tc\na\tb\n", quoted=quoted) == [
        damaged(1, 0, "fewer cells than columns"),
        LeftOut(place="f.txt:2", reason="empty row"),
        damaged(3, 3, "more cells than columns"),
        ("f.txt:4", ["a", "b"]),
    ]


@pytest.mark.parametrize("quoted", [False, True])
def test_a_line_in_another_encoding_is_damaged_and_the_rest_is_read(quoted: bool) -> None:  # noqa: FBT001
    lines = [b"a\tb\n", "a\t船をこぐ\n".encode("cp932"), b"c\td\n"]
    assert list(read_columns(lines, "f.txt", 2, 2, quoted=quoted)) == [
        ("f.txt:1", ["a", "b"]),
        damaged(2, 4, "not UTF-8, perhaps CP932"),
        ("f.txt:3", ["c", "d"]),
    ]


def test_a_line_that_is_no_text_between_two_quotes_is_left_out_of_what_they_merge() -> None:
    lines = [b'a\t"b\n', b"\xff\n", b'c"\n']
    assert list(read_columns(lines, "f.txt", 2, 2, quoted=True)) == [
        damaged(2, 5, "not UTF-8"),
        ("f.txt:1", ["a", "b\nc"]),
    ]
