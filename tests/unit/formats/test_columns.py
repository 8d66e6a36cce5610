import pytest

from tehon.errors import BadRawFile
from tehon.formats.columns import read_columns
from tehon.records.rows import LeftOut


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
        LeftOut(place="f.txt:1", reason="more cells than columns"),
        ("f.txt:4", ["g", "h"]),
    ]
    assert rows('a\t"b\nc\td\ne"\ng\th\n', quoted=True) == [("f.txt:1", ["a", "b\nc\td\ne"]), ("f.txt:4", ["g", "h"])]


def test_a_quote_that_is_never_closed_is_an_error_and_not_the_rest_of_the_file() -> None:
    with pytest.raises(BadRawFile, match=r"f\.txt:2: must close the quote"):
        rows('a\tb\nc\t"d\ne\tf\n', quoted=True)


@pytest.mark.parametrize("quoted", [False, True])
def test_rows_of_another_width_are_left_out_with_their_line(quoted: bool) -> None:  # noqa: FBT001
    assert rows("a\n\na\tb\tc\na\tb\n", quoted=quoted) == [
        LeftOut(place="f.txt:1", reason="fewer cells than columns"),
        LeftOut(place="f.txt:2", reason="empty row"),
        LeftOut(place="f.txt:3", reason="more cells than columns"),
        ("f.txt:4", ["a", "b"]),
    ]


def test_text_of_another_encoding_is_an_error_that_names_the_line() -> None:
    with pytest.raises(BadRawFile, match=r"f\.txt:2: must be utf-8 text, but byte 3"):
        list(read_columns([b"a\tb\n", "a\t船\n".encode("cp932")], "f.txt", 2, 2, quoted=False))
