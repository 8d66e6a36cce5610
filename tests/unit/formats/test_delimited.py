import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tehon.errors import BadRawFile
from tehon.formats.delimited import MAX_CELL_LINES, MERGED, STRAY, TOO_FEW, TOO_MANY, UNCLOSED, read_delimited
from tehon.records.rows import LeftOut

Found = tuple[str, dict[str, str]] | LeftOut


def rows(data: bytes, *, quoted: bool = True, encoding: str = "utf-8") -> list[Found]:
    return list(read_delimited(io.BytesIO(data), "f.csv", ",", quoted=quoted, encoding=encoding))


def damaged(line: int, offset: int, reason: str) -> LeftOut:
    return LeftOut(place=f"f.csv:{line}", reason=reason, damaged=True, byte_offset=offset)


def test_places_name_the_line_that_a_row_starts_on() -> None:
    assert rows(b'a,b\r\n1,"x\r\ny"\r\n2,z\r\n') == [
        ("f.csv:2", {"a": "1", "b": "x\r\ny"}),
        ("f.csv:4", {"a": "2", "b": "z"}),
    ]


def test_quotes_are_text_where_they_are_not_declared_and_within_a_cell() -> None:
    assert rows(b'a,b\n"1,2"\n', quoted=False) == [("f.csv:2", {"a": '"1', "b": '2"'})]
    assert rows(b'a,b\n5" tape,6\n') == [("f.csv:2", {"a": '5" tape', "b": "6"})]


def test_rows_of_another_width_are_damaged_and_empty_ones_only_empty() -> None:
    assert rows(b"a,b\n1\n1,2,3\n\n,\n") == [
        damaged(2, 4, TOO_FEW),
        damaged(3, 6, TOO_MANY),
        LeftOut(place="f.csv:4", reason="empty row"),
        ("f.csv:5", {"a": "", "b": ""}),
    ]
    assert rows(b"a\n\n") == [("f.csv:2", {"a": ""})]


def test_the_declared_encoding_is_read_and_a_byte_order_mark_is_not() -> None:
    assert rows("題\n値\n".encode("cp932"), encoding="cp932") == [("f.csv:2", {"題": "値"})]
    assert rows("\ufeff題\n値\n".encode()) == [("f.csv:2", {"題": "値"})]


def test_a_line_that_is_no_text_is_damaged_and_the_rest_is_read() -> None:
    assert rows(b"a\nx\0y\n\xff\nz\n") == [
        damaged(2, 2, "NUL byte in a line of text"),
        damaged(3, 6, "not UTF-8"),
        ("f.csv:4", {"a": "z"}),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('1,"never closed', UNCLOSED),
        ('1,"x"y', STRAY),
        ('1,"x" ,y"', STRAY),
    ],
)
def test_a_stray_quote_takes_its_own_line_along_and_no_other(line: str, reason: str, end: str) -> None:
    sound = "".join(f"{number},text {number}{end}" for number in range(100))
    head = f"a,b{end}"
    found = rows(f"{head}{line}{end}{sound}".encode())
    assert found[0] == damaged(2, len(head), reason)
    assert [row[1]["a"] for row in found[1:] if isinstance(row, tuple)] == [str(number) for number in range(100)]


def test_a_stray_quote_that_meets_another_merges_nothing() -> None:
    assert rows(b'a,b,c\n1,"x,2\n3,y,4\n5,z,6"\n7,"w",8\n') == [
        damaged(2, 6, MERGED),
        ("f.csv:3", {"a": "3", "b": "y", "c": "4"}),
        ("f.csv:4", {"a": "5", "b": "z", "c": '6"'}),
        ("f.csv:5", {"a": "7", "b": "w", "c": "8"}),
    ]


def test_a_broken_line_within_quotes_is_told_of_and_the_others_are_read() -> None:
    assert rows(b'a\n"x\n\xff\ny"\nz\n') == [
        damaged(2, 2, UNCLOSED),
        damaged(3, 5, "not UTF-8"),
        ("f.csv:4", {"a": 'y"'}),
        ("f.csv:5", {"a": "z"}),
    ]


def test_a_cell_of_many_lines_is_one_cell_up_to_a_limit() -> None:
    cell = "\n".join("x" * MAX_CELL_LINES)
    assert rows(f'a\n"{cell}"\nz\n'.encode())[0] == ("f.csv:2", {"a": cell})
    assert rows(f'a\n"{cell}\n"\nz\n'.encode())[0] == damaged(2, 2, UNCLOSED)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "must start with a header line, but it is empty"),
        (b"\n1\n", "the first is blank"),
        ("題\n値\n".encode("cp932"), "the first is not UTF-8, perhaps CP932"),
        (b'"a\n1\n', "the first is quote without an end"),
    ],
)
def test_a_file_without_a_header_is_an_error(data: bytes, said: str) -> None:
    with pytest.raises(BadRawFile, match=said):
        rows(data)


def test_a_header_that_lacks_a_column_is_an_error_and_no_file_of_empty_cells() -> None:
    with pytest.raises(BadRawFile, match="must start with a header line, but the first lacks the column b"):
        list(read_delimited([b"a,B\n", b"1,2\n"], "f.csv", ",", quoted=True, columns=("a", "b")))


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8).filter(lambda t: t.count("\n") < 5)


@given(st.lists(st.tuples(cells, cells, cells), max_size=8))
def test_what_a_writer_of_csv_writes_is_read_as_it_was(table: list[tuple[str, str, str]]) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([("a", "b", "c"), *table])
    found = rows(written.getvalue().encode())
    assert [tuple(row[1].values()) for row in found if isinstance(row, tuple)] == table
