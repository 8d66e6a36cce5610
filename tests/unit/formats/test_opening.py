import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tehon.errors import BadRawFile
from tehon.formats.finding import find_all
from tehon.formats.gz import unpacked_lines
from tehon.formats.json_document import read_json
from tehon.formats.lines import file_lines
from tehon.formats.tar import tar_members
from tehon.formats.tree import open_tree
from tehon.formats.xlsx import read_xlsx
from tehon.formats.xml import read_xml
from tehon.formats.zip import zip_member

READERS: dict[str, Callable[[Path], object]] = {
    "a.txt": lambda path: list(file_lines(path)),
    "a.gz": lambda path: list(unpacked_lines(path)),
    "a.tgz": lambda path: list(tar_members(path)),
    "a.zip": lambda path: zip_member(path, "a"),
    "a.json": lambda path: read_json(path, dict),
    "a.xml": lambda path: list(read_xml(path, "q")),
    "a.xlsx": lambda path: list(read_xlsx(path, ())),
}


@pytest.mark.parametrize("name", READERS)
def test_an_empty_file_is_an_error_and_no_corpus_without_rows(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    with pytest.raises(BadRawFile, match="must hold data, but is empty"):
        READERS[name](path)


@pytest.mark.parametrize("name", READERS)
def test_a_link_that_leads_nowhere_or_to_a_folder_is_an_error(tmp_path: Path, name: str) -> None:
    for target in ("nowhere", "."):
        path = tmp_path / name
        path.unlink(missing_ok=True)
        path.symlink_to(target)
        with pytest.raises(BadRawFile, match="must be readable, but the system says"):
            READERS[name](path)


@contextmanager
def without_rights() -> Iterator[None]:
    """Root may read everything, so it is somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_the_system_forbids_to_read_is_an_error_and_not_passed_over() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "closed.txt").touch(0o000)
        for inner in ("closed", "open"):
            (folder / inner).mkdir()
            (folder / inner / "a.txt").write_text("1\n")
        (folder / "closed").chmod(0o000)
        for read in (
            lambda: list(file_lines(folder / "closed.txt")),
            lambda: find_all(folder / "closed", "*"),
            lambda: find_all(folder, "*/*.txt"),
            lambda: open_tree(folder, "*.zip").__enter__(),
        ):
            with without_rights(), pytest.raises(BadRawFile, match="the system says: Permission denied"):
                read()
        (folder / "closed").chmod(0o755)


def test_hidden_files_are_no_corpus_and_links_that_lead_nowhere_are_found(tmp_path: Path) -> None:
    (tmp_path / "._a.txt").touch()
    (tmp_path / "b.txt").symlink_to("nowhere")
    assert [path.name for path in find_all(tmp_path, "*.txt")] == ["b.txt"]
    with open_tree(tmp_path, "*.zip") as tree:
        assert tree.names == ["b.txt"]
