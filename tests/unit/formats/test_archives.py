"""Tar and zip archives, both hostile until checked."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tehon.errors import BadRawFile, RawFileMissing
from tehon.formats.members import MAX_ARCHIVE_BYTES
from tehon.formats.tar import pack_tar, tar_members
from tehon.formats.zip import zip_member


def contents(path: Path, limit_bytes: int = MAX_ARCHIVE_BYTES) -> dict[str, bytes]:
    return {member.name: b"".join(member.lines()) for member in tar_members(path, limit_bytes)}


def tar_with(path: Path, info: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(info, io.BytesIO(b"x" * info.size))
    return path


def named(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def test_members_come_whole_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a.tgz"
    files = {"b.txt": "二\n行\n".encode(), "a/c.txt": b"no end", "empty": b""}
    path.write_bytes(pack_tar(files))
    assert list(contents(path).items()) == list(files.items())


def test_a_member_that_nobody_reads_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.tgz"
    path.write_bytes(pack_tar({"a": b"1" * 100_000, "b": b"2"}))
    assert [b"".join(m.lines()) for m in tar_members(path) if m.name == "b"] == [b"2"]


@pytest.mark.parametrize(
    "info",
    [
        named("/etc/passwd"),
        named("../outside"),
        named("a/../../outside"),
        named("a\\b"),
        named("link", tarfile.SYMTYPE, "/etc/passwd"),
        named("hard", tarfile.LNKTYPE, "other"),
        named("pipe", tarfile.FIFOTYPE),
        named("disk", tarfile.BLKTYPE),
    ],
    ids=lambda info: info.name,
)
def test_names_that_lead_out_and_links_and_devices_are_refused(tmp_path: Path, info: tarfile.TarInfo) -> None:
    with pytest.raises(BadRawFile, match="Do not use this archive"):
        contents(tar_with(tmp_path / "a.tgz", info))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:-4],
        lambda data: data[:-8] + b"\0\0\0\0" + data[-4:],
        lambda data: gzip.compress(gzip.decompress(data)[:700], mtime=0),
        lambda data: b"PK" + data,
        lambda data: data[:0],
        lambda data: gzip.compress(data[:20] * 100),
    ],
    ids=["half", "no end", "wrong checksum", "half a tar", "no gzip", "empty", "no tar"],
)
def test_a_damaged_archive_is_an_error(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "a.tgz"
    lines = "".join(f"line {number * number}\n" for number in range(5000))
    path.write_bytes(damage(pack_tar({"a.txt": lines.encode()})))
    with pytest.raises(BadRawFile, match="must be a whole gzip-compressed tar archive"):
        contents(path)


def test_an_archive_that_unpacks_to_more_than_allowed_is_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "a.tgz"
    path.write_bytes(pack_tar({"zeros": b"0" * 3_000_000}))
    assert path.stat().st_size < 10_000
    with pytest.raises(BadRawFile, match="must unpack to at most 1000000 bytes"):
        contents(path, limit_bytes=1_000_000)


def zip_with(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_a_zip_member_is_found_in_any_folder(tmp_path: Path) -> None:
    path = zip_with(tmp_path / "a.zip", {"x/data.json": b"[]", "x/other": b""})
    assert zip_member(path, "data.json") == b"[]"
    with pytest.raises(RawFileMissing, match=r"must hold nothing\.json"):
        zip_member(path, "nothing.json")


@pytest.mark.parametrize("name", ["/data.json", "../data.json", "a/../data.json"])
def test_zip_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadRawFile, match="must stay inside"):
        zip_member(zip_with(tmp_path / "a.zip", {name: b"[]"}), "data.json")


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("data.json")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(BadRawFile, match="is a link"):
        zip_member(tmp_path / "a.zip", "data.json")


def test_a_zip_that_unpacks_to_more_than_allowed_is_a_bomb(tmp_path: Path) -> None:
    path = zip_with(tmp_path / "a.zip", {"data.json": b"0" * 3_000_000})
    with pytest.raises(BadRawFile, match="must have at most 1000000 bytes"):
        zip_member(path, "data.json", limit_bytes=1_000_000)


def test_two_members_of_the_wanted_name_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadRawFile, match=r"must hold one data\.json, but holds 2"):
        zip_member(zip_with(tmp_path / "a.zip", {"a/data.json": b"1", "b/data.json": b"2"}), "data.json")


@pytest.mark.parametrize(("start", "end"), [(0, 100), (60, 70)], ids=["truncated", "changed"])
def test_a_damaged_zip_is_an_error(tmp_path: Path, start: int, end: int) -> None:
    path = zip_with(tmp_path / "a.zip", {"data.json": bytes(range(256)) * 8})
    data = path.read_bytes()
    path.write_bytes(data[:end] if start == 0 else data[:start] + bytes(end - start) + data[end:])
    with pytest.raises(BadRawFile, match="must be a whole zip archive"):
        zip_member(path, "data.json")


def test_an_unusual_compression_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("data.json", b"[]")
    with pytest.raises(BadRawFile, match="must be stored or deflated"):
        zip_member(tmp_path / "a.zip", "data.json")
