"""Files are whole or not there, and a full disk says so."""

from pathlib import Path

import pytest

from tehon.errors import OutOfDisk, UsageError
from tehon.storage.atomic import atomic_path, disk_errors, write_text


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "f") as partial:
        partial.write_text("x")
        assert not (tmp_path / "f").exists()
    assert (tmp_path / "f").read_text() == "x"


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_text(tmp_path / "f", "old")

    def interrupted() -> None:
        with atomic_path(tmp_path / "f") as partial:
            partial.write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (tmp_path / "f").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_a_full_disk_is_said_in_one_sentence() -> None:
    def fill() -> None:
        with disk_errors(Path("/dev/full")), Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"x")

    with pytest.raises(OutOfDisk, match="the disk is full"):
        fill()


def test_a_path_that_cannot_be_a_folder_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="must be writable"):
        write_text(tmp_path / "file" / "below", "x")
