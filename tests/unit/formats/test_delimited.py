import pytest

from tehon.errors import BadRawFile
from tehon.formats.delimited import read_delimited
from tehon.records.rows import LeftOut


def rows(data: bytes, *, quoted: bool = True, encoding: str = "utf-8") -> list[tuple[str, dict[str, str]] | LeftOut]:
    return list(read_delimited(data.splitlines(keepends=True), "f.csv", ",", quoted=quoted, encoding=encoding))


def test_places_name_the_line_that_a_row_starts_on() -> None:
    assert rows(b'a,b\r\n1,"x\r\ny"\r\n2,z\r\n') == [
        ("f.csv:2", {"a": "1", "b": "x\r\ny"}),
        ("f.csv:4", {"a": "2", "b": "z"}),
    ]


def test_quotes_are_text_where_they_are_not_declared() -> None:
    assert rows(b'a,b\n"1,2"\n', quoted=False) == [("f.csv:2", {"a": '"1', "b": '2"'})]


def test_a_short_row_lacks_its_last_cells_and_a_long_one_is_left_out() -> None:
    assert rows(b"a,b\n1\n1,2,3\n") == [
        ("f.csv:2", {"a": "1"}),
        LeftOut(place="f.csv:3", reason="more cells than the header"),
    ]


def test_the_declared_encoding_is_read_and_a_byte_order_mark_is_not() -> None:
    assert rows("題\n値\n".encode("cp932"), encoding="cp932") == [("f.csv:2", {"題": "値"})]


def test_a_nul_byte_is_a_character_like_any_other() -> None:
    assert rows(b"a\nx\0y\n") == [("f.csv:2", {"a": "x\0y"})]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'a,b\n1,"never closed\n', "unexpected end of data"),
        (b'a,b\n1,"x"y\n', "expected after"),
        (b"a,b\n1,2\n\xff\xfe,3\n", "f.csv:3: must be utf-8 text, but byte 1 of this line is not"),
        (b"", "must start with a header line"),
    ],
)
def test_a_damaged_file_is_one_error_that_names_the_line(data: bytes, said: str) -> None:
    with pytest.raises(BadRawFile, match=said):
        rows(data)
