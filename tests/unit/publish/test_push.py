from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.errors import BadLicence, Damaged, DataError, UsageError
from tehon.publish import push as pushing
from tehon.publish.export import export
from tehon.publish.push import plan_push
from tehon.records.corpus import Example

Write = Callable[..., Path]


@pytest.fixture
def release(write_release: Write, mixed: list[Example], tmp_path: Path) -> Path:
    return write_release(tmp_path / "release", mixed)


@pytest.fixture
def secret(write_release: Write, mixed: list[Example], tmp_path: Path) -> Path:
    """A release with one row whose licence nobody states."""
    return write_release(tmp_path / "secret", [mixed[0], replace(mixed[1], licence="LicenseRef-unknown")])


def test_a_plan_names_every_file_of_the_release_and_its_manifest_last(release: Path) -> None:
    planned = plan_push(release, "me/small")
    there = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    assert {file.path for file in planned.files} == there
    assert planned.files[-1].path == "manifest.json"
    assert planned.size_bytes == sum((release / name).stat().st_size for name in there)
    assert planned.message == "small: 5 rows, CC-BY-4.0"
    assert planned.url == ""


def test_an_export_can_be_pushed_too(release: Path, tmp_path: Path) -> None:
    export(release, "messages", tmp_path / "out")
    assert plan_push(tmp_path / "out", "me/small").message == "small: 5 rows, CC-BY-4.0"


@pytest.mark.parametrize("private", [False, True])
def test_what_nobody_licenses_is_not_shared(secret: Path, private: bool) -> None:  # noqa: FBT001
    with pytest.raises(BadLicence, match="the licence of 1 row is not stated"):
        plan_push(secret, "me/small", private=private)
    with pytest.raises(BadLicence):
        plan_push(secret, "me/small", private=False, even_so=True)
    assert plan_push(secret, "me/small", private=True, even_so=True).private


def test_a_release_that_must_not_be_shared_says_why(write_release: Write, mixed: list[Example], tmp_path: Path) -> None:
    mine = write_release(tmp_path / "mine", mixed, shared=False)
    export(mine, "messages", tmp_path / "out")
    for folder in (mine, tmp_path / "out"):
        with pytest.raises(BadLicence, match="its mixture says shared = false"):
            plan_push(folder, "me/small")


def test_a_file_that_was_changed_since_stops_the_push(release: Path) -> None:
    (release / "README.md").write_text("changed", "utf-8")
    with pytest.raises(Damaged, match=r"README\.md: must be as its manifest says"):
        plan_push(release, "me/small")


@pytest.mark.parametrize("name", ["small", "me/", "/small", "me/small/more", "me/sm all", "../x", "me/..", ""])
def test_a_repository_has_a_user_and_a_name(release: Path, name: str) -> None:
    with pytest.raises(UsageError, match="must be USER/NAME"):
        plan_push(release, name)


def test_a_folder_with_more_files_than_the_hub_takes_is_told_before(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "MOST_FILES", 1)
    with pytest.raises(DataError, match="must hold at most 1 files for the hub, but holds"):
        plan_push(release, "me/small")
