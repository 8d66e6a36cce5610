import io
import zipfile
from pathlib import Path

import pytest

from tehon.errors import BadRawFile
from tehon.formats.xlsx import SHEET, pack_xlsx, read_xlsx
from tehon.formats.zip import pack_zip

ROWS = (("ID", "文"), ("1", "山 & 川 <海>"), ("2", ""))


def write(folder: Path, data: bytes) -> Path:
    path = folder / "a.xlsx"
    path.write_bytes(data)
    return path


def changed(old: str, new: str, member: str = SHEET, encoding: str = "utf-8") -> bytes:
    """The workbook with one member's text changed."""
    with zipfile.ZipFile(io.BytesIO(pack_xlsx(*ROWS))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    text = files[member].decode()
    assert old in text
    return pack_zip(files | {member: text.replace(old, new).encode(encoding)})


def test_rows_come_by_column_name_with_their_place(tmp_path: Path) -> None:
    assert list(read_xlsx(write(tmp_path, pack_xlsx(*ROWS)), ("ID", "文"))) == [
        ("a.xlsx:2", {"ID": "1", "文": "山 & 川 <海>"}),
        ("a.xlsx:3", {"ID": "2", "文": ""}),
    ]


def test_whole_numbers_have_no_point_and_others_keep_theirs(tmp_path: Path) -> None:
    data = changed('<c t="inlineStr"><is><t>1</t></is></c>', "<c><v>1</v></c>")
    assert [cells["ID"] for _, cells in read_xlsx(write(tmp_path, data), ("ID",))] == ["1", "2"]
    data = changed('<c t="inlineStr"><is><t>1</t></is></c>', "<c><v>1.5</v></c>")
    assert [cells["ID"] for _, cells in read_xlsx(write(tmp_path, data), ("ID",))] == ["1.5", "2"]


def test_a_missing_column_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(BadRawFile, match="must have the column 英語"):
        list(read_xlsx(write(tmp_path, pack_xlsx(*ROWS)), ("ID", "英語")))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_and_with_it_every_entity_is_refused(tmp_path: Path, encoding: str) -> None:
    bomb = '?>\n<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    data = changed("?>", bomb.replace("?>", f' encoding="{encoding}"?>', 1), encoding=encoding)
    with pytest.raises(BadRawFile, match="must not declare a document type"):
        list(read_xlsx(write(tmp_path, data), ("ID",)))


def test_a_workbook_that_unpacks_to_more_than_allowed_is_a_bomb(tmp_path: Path) -> None:
    path = write(tmp_path, pack_xlsx(("ID",), ("0" * 3_000_000,)))
    assert path.stat().st_size < 10_000
    with pytest.raises(BadRawFile, match="must have at most"):
        list(read_xlsx(path, ("ID",), limit_bytes=1_000_000))


def test_a_member_larger_than_it_says_reaches_no_reader(tmp_path: Path) -> None:
    data = pack_xlsx(("ID",), ("0" * 3_000_000,))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        said = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    with pytest.raises(BadRawFile, match="must be a whole zip archive"):
        list(read_xlsx(write(tmp_path, data.replace(said, (200).to_bytes(4, "little"))), ("ID",)))


@pytest.mark.parametrize("size_bytes", [0, 1, 100, 1200, -1])
def test_a_truncated_workbook_is_an_error(tmp_path: Path, size_bytes: int) -> None:
    with pytest.raises(BadRawFile, match=r"must be a whole zip archive|must hold data"):
        list(read_xlsx(write(tmp_path, pack_xlsx(*ROWS)[:size_bytes]), ("ID",)))


@pytest.mark.parametrize("member", ["xl/workbook.xml", SHEET])
def test_an_archive_that_is_no_workbook_is_an_error(tmp_path: Path, member: str) -> None:
    with pytest.raises(BadRawFile, match="must be a whole xlsx workbook"):
        list(read_xlsx(write(tmp_path, changed("</", "<", member)), ("ID",)))
    with pytest.raises(BadRawFile, match="must be a whole xlsx workbook"):
        list(read_xlsx(write(tmp_path, pack_zip({"a.txt": b"1"})), ("ID",)))
