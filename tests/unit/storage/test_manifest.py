"""Folders: finished means that the manifest is there, and it says what is in them."""

from pathlib import Path

import msgspec
import pytest

from tehon.errors import Damaged, DataError, OutputTaken, RawFileMissing
from tehon.records.files import Provenance
from tehon.records.prompt import Segment
from tehon.storage.atomic import write_text
from tehon.storage.manifest import fingerprint, finish, finished, read_manifest, result, verify

MADE = Provenance(version="0", python="3", packages={})


def make(folder: Path) -> str:
    write_text(folder / "a" / "data.txt", "手本")
    done = finish(folder, "report", config={"x": 1}, inputs={}, result=Segment(text="t"), provenance=MADE)
    return done.fingerprint


def test_a_folder_without_a_manifest_is_not_finished(tmp_path: Path) -> None:
    write_text(tmp_path / "data.txt", "x")
    assert finished(tmp_path, "report", "any") is None
    with pytest.raises(RawFileMissing, match="must be a finished report"):
        read_manifest(tmp_path, "report")


def test_a_finished_folder_gives_back_its_result(tmp_path: Path) -> None:
    found = finished(tmp_path, "report", make(tmp_path))
    assert found is not None
    assert result(found, Segment) == Segment(text="t")
    assert list(found.files) == ["a/data.txt"]
    verify(tmp_path, found)


def test_another_configuration_never_overwrites_a_finished_folder(tmp_path: Path) -> None:
    make(tmp_path)
    with pytest.raises(OutputTaken, match="another configuration"):
        finished(tmp_path, "report", fingerprint({"x": 2}, {}))


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    print_ = make(tmp_path)
    (tmp_path / "a" / "data.txt").write_text("手木", "utf-8")
    found = finished(tmp_path, "report", print_)
    assert found is not None
    with pytest.raises(Damaged, match=r"data\.txt"):
        verify(tmp_path, found)


def test_a_folder_of_another_kind_is_refused(tmp_path: Path) -> None:
    make(tmp_path)
    with pytest.raises(DataError, match="must hold a release, but its manifest says report"):
        read_manifest(tmp_path, "release")


def test_a_broken_manifest_is_damage(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "manifest.json").write_bytes(b'{"kind": ')
    with pytest.raises(Damaged, match="must be a manifest"):
        read_manifest(tmp_path, "report")


def test_what_a_killed_run_left_half_written_is_swept(tmp_path: Path) -> None:
    left = tmp_path / "data" / ".00000.parquet.abc.partial"
    left.parent.mkdir()
    left.write_bytes(b"half")
    assert finished(tmp_path, "report", "any") is None
    assert not left.exists()


def test_a_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    assert fingerprint({"a": 1, "b": 2}, {"x": "1"}) == fingerprint({"b": 2, "a": 1}, {"x": "1"})
    assert fingerprint({"a": 1}, {}) != fingerprint({"a": msgspec.json.decode(b"2")}, {})
