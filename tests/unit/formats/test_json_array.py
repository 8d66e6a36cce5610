import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tehon.errors import BadRawFile
from tehon.formats import json_array
from tehon.formats.json_array import file_rows, raw_rows
from tehon.formats.json_lines import NOT_JSON, WRONG_FIELDS, RawRow
from tehon.records.rows import LeftOut


class Cat(msgspec.Struct):
    name: str
    id: int | None = None
    weight: float | None = None


def write(folder: Path, data: bytes) -> Path:
    path = folder / "f.json"
    path.write_bytes(data)
    return path


def cats(folder: Path, data: bytes) -> list[tuple[str, Cat] | LeftOut]:
    return list(file_rows(write(folder, data), Cat))


@pytest.mark.parametrize(
    "data",
    [
        b'[{"name": "a"},\n {"name": "b"}]',
        b'{"name": "a"}\n\n{"name": "b"}\n',
        b'\xef\xbb\xbf [{"name": "a"},{"name": "b"}]\n',
        b'\xef\xbb\xbf{"name": "a"}\r\n{"name": "b"}',
    ],
)
def test_rows_of_an_array_and_of_lines_are_the_same(tmp_path: Path, data: bytes) -> None:
    assert [row[1] for row in cats(tmp_path, data) if isinstance(row, tuple)] == [Cat("a"), Cat("b")]


def test_an_element_knows_its_place_and_its_first_byte(tmp_path: Path) -> None:
    path = write(tmp_path, b' [ {"a": [1, {"b": "]}"}]} ,\n"x,]", 12 ]')
    assert list(raw_rows(path)) == [
        RawRow("f.json:1", 3, b'{"a": [1, {"b": "]}"}]}'),
        RawRow("f.json:2", 29, b'"x,]"'),
        RawRow("f.json:3", 36, b"12"),
    ]


def test_a_damaged_element_is_left_out_and_the_rest_is_read(tmp_path: Path) -> None:
    broken = {
        b'{"name": "\xff"}': "not UTF-8",
        b'{"name": "\\ud800"}': NOT_JSON,
        b'{"name": "x" "y"}': NOT_JSON,
        b'{"name": "\0"}': NOT_JSON,
        b'{"name": 1}': WRONG_FIELDS,
        b'{"name": "x"]': NOT_JSON,
        b"NaN": NOT_JSON,
        b'{"name": "x", "y": ' + b"[" * 200_000 + b"]" * 200_000 + b"}": NOT_JSON,
    }
    data = b'[{"name": "a"},' + b",".join(broken) + b',{"name": "b"}]'
    assert cats(tmp_path, data) == [
        ("f.json:1", Cat("a")),
        *(
            LeftOut(place=f"f.json:{number}", reason=reason, damaged=True, byte_offset=data.index(element))
            for number, (element, reason) in enumerate(broken.items(), start=2)
        ),
        ("f.json:10", Cat("b")),
    ]


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    big = 2**70
    data = f'[{{"name": "a", "id": {big}, "weight": 0.1}}, {{"name": "b", "id": {"9" * 5000}}}]'.encode()
    assert cats(tmp_path, data)[0] == ("f.json:1", Cat("a", big, 0.1))
    assert cats(tmp_path, data)[1] == LeftOut(
        place="f.json:2", reason=WRONG_FIELDS, damaged=True, byte_offset=data.index(b'{"name": "b"')
    )


@pytest.mark.parametrize(
    ("data", "said", "before"),
    [
        (b'[{"name": "a"},', r"byte 15: .* it ends within an element, so the rest is lost", 1),
        (b'[{"name": "a"}, {"name": "b', r"byte 16: .* it ends within an element", 1),
        (b'[{"name": "a"}', "the end of the file comes where , must stand", 1),
        (b'[{"name": "a"} {"name": "b"}]', r"\{ comes where , must stand", 1),
        (b'[{"name": "a"},,{"name": "b"}]', ", comes where an element must stand", 1),
        (b'[{"name": "a"},]', r"\] comes where an element must stand", 1),
        (b'[{"name": "a"}] [', "something comes behind its end", 1),
        (b"[", "it ends within an element", 0),
    ],
)
def test_an_array_that_does_not_go_on_is_an_error_behind_the_rows_before(
    tmp_path: Path, data: bytes, said: str, before: int
) -> None:
    rows = file_rows(write(tmp_path, data), Cat)
    assert [next(rows) for _ in range(before)] == [("f.json:1", Cat("a"))] * before
    with pytest.raises(BadRawFile, match=said):
        next(rows)


def test_an_element_as_long_as_a_file_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "MAX_LINE_BYTES", 1000)
    monkeypatch.setattr(json_array, "CHUNK_BYTES", 100)
    with pytest.raises(BadRawFile, match="an element has more than 1000 bytes"):
        cats(tmp_path, b'["' + b"x" * 5000)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text('ab"\\[]{},: 日\n'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('a"\\]}', max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(values, max_size=6), st.integers(1, 40), st.sampled_from([None, 1]), st.booleans())
def test_any_array_is_cut_into_its_elements_whatever_the_chunks(
    tmp_path_factory: pytest.TempPathFactory, elements: list[object], chunk_bytes: int, indent: int | None, ascii_: bool  # noqa: FBT001
) -> None:  # fmt: skip
    data = json.dumps(elements, indent=indent, ensure_ascii=ascii_).encode()
    path = write(tmp_path_factory.getbasetemp(), data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_array, "CHUNK_BYTES", chunk_bytes)
        rows = list(raw_rows(path))
    assert [json.loads(row.json) for row in rows] == elements
    assert all(data[row.offset or 0 :].startswith(row.json) for row in rows)


COUNT = """
import resource, sys
from pathlib import Path
from tehon.formats.conversations import Alpaca
from tehon.formats.json_array import file_rows

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = sum(isinstance(row, tuple) for row in file_rows(Path(sys.argv[1]), Alpaca))
print(rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_a_large_array_on_one_line_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    row = json.dumps({"instruction": "問い" * 50, "output": "答え" * 500}, ensure_ascii=False).encode()
    path, rows = tmp_path / "large.json", 60_000
    with path.open("wb") as stream:
        stream.write(b"[" + row)
        stream.writelines(b"," + row for _ in range(rows - 1))
        stream.write(b"]")
    assert path.stat().st_size > 190 * 2**20
    said = subprocess.run([sys.executable, "-c", COUNT, str(path)], check=True, capture_output=True, text=True).stdout
    counted, grown_mib = map(int, said.split())
    path.unlink()
    assert counted == rows
    assert grown_mib < 32
