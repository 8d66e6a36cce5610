import zipfile
from pathlib import Path

import pytest

from tehon.errors import BadRawFile, RawFileMissing
from tehon.formats.tree import find_name, open_tree
from tehon.formats.zip import pack_zip

FILES = {"x/data/a.txt": "一\n二\n".encode(), "x/data/b.txt": b"no end", "x/other/a.txt": b"3\n"}


def contents(folder: Path) -> dict[str, list[bytes]]:
    with open_tree(folder, "c*.zip") as tree:
        return {name: list(tree.lines(name)) for name in tree.names}


def test_an_archive_and_the_folder_that_it_was_unpacked_to_hold_the_same(tmp_path: Path) -> None:
    packed, unpacked = tmp_path / "packed", tmp_path / "unpacked"
    packed.mkdir()
    (packed / "c1.zip").write_bytes(pack_zip(FILES))
    for name, data in FILES.items():
        (unpacked / name).parent.mkdir(parents=True, exist_ok=True)
        (unpacked / name).write_bytes(data)
    (unpacked / ".hidden").touch()
    assert contents(packed) == contents(unpacked)
    assert contents(packed) == {
        "x/data/a.txt": ["一\n".encode(), "二\n".encode()],
        "x/data/b.txt": [b"no end"],
        "x/other/a.txt": [b"3\n"],
    }


def test_a_file_is_found_by_the_end_of_its_path(tmp_path: Path) -> None:
    (tmp_path / "c.zip").write_bytes(pack_zip(FILES))
    with open_tree(tmp_path, "c*.zip") as tree:
        assert find_name(tree, "data/a.txt") == "x/data/a.txt"
        with pytest.raises(RawFileMissing, match=r"must hold ta/a\.txt, but does not"):
            find_name(tree, "ta/a.txt")
        with pytest.raises(BadRawFile, match=r"must hold one a\.txt, but holds 2"):
            find_name(tree, "a.txt")


def test_two_archives_or_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RawFileMissing, match=r"must hold c\*\.zip or its files, but has none"):
        contents(tmp_path)
    for name in ("c1.zip", "c2.zip"):
        (tmp_path / name).write_bytes(pack_zip(FILES))
    with pytest.raises(BadRawFile, match=r"holds c1\.zip, c2\.zip"):
        contents(tmp_path)


@pytest.mark.parametrize("name", ["/a.txt", "../a.txt"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "c.zip").write_bytes(pack_zip({name: b"1"}))
    with pytest.raises(BadRawFile, match="must stay inside"):
        contents(tmp_path)


@pytest.mark.parametrize(("start", "end"), [(0, 300), (45, 60)], ids=["truncated", "changed"])
def test_a_damaged_archive_is_an_error(tmp_path: Path, start: int, end: int) -> None:
    path = tmp_path / "c.zip"
    path.write_bytes(pack_zip({"a.txt": bytes(range(256)) * 8}))
    data = path.read_bytes()
    path.write_bytes(data[:end] if start == 0 else data[:start] + bytes(end - start) + data[end:])
    with pytest.raises(BadRawFile, match="must be a whole zip archive"):
        contents(tmp_path)


def test_a_member_that_says_less_than_it_holds_gives_no_more_than_it_says(tmp_path: Path) -> None:
    path = tmp_path / "c.zip"
    path.write_bytes(pack_zip({"a.txt": b"0" * 100_000}))
    said, claimed = (100_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(said, claimed))
    assert zipfile.ZipFile(path).infolist()[0].file_size == 10
    with pytest.raises(BadRawFile, match="must be a whole zip archive"):
        contents(tmp_path)
