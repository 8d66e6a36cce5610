"""Tar and zip archives, both hostile until checked."""

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tehon.errors import BadRawFile, RawFileMissing
from tehon.formats import members
from tehon.formats.gz import pack_gz, unpacked_lines
from tehon.formats.members import MAX_ARCHIVE_BYTES
from tehon.formats.tar import pack_tar, tar_members
from tehon.formats.tree import open_tree
from tehon.formats.zip import pack_zip, zip_member


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
        named("holes", tarfile.GNUTYPE_SPARSE),
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
    with pytest.raises(BadRawFile, match=r"must be a whole gzip-compressed tar archive|must hold data"):
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


@pytest.mark.parametrize("kind", [0o120777, 0o060644, 0o020644, 0o010644], ids=["link", "disk", "terminal", "pipe"])
def test_what_is_no_file_in_a_zip_is_refused(tmp_path: Path, kind: int) -> None:
    info = zipfile.ZipInfo("data.json")
    info.external_attr = kind << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(BadRawFile, match=r"data\.json is a link or device"):
        zip_member(tmp_path / "a.zip", "data.json")


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    data = bytearray(pack_zip({"data.json": b"[]"}))
    for signature, at in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        data[data.index(signature) + at] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(BadRawFile, match="must not be encrypted"):
        zip_member(tmp_path / "a.zip", "data.json")


def test_a_second_member_of_one_name_is_refused(tmp_path: Path) -> None:
    data = pack_zip({"data.json": b"1", "dat2.json": b"2"})
    (tmp_path / "a.zip").write_bytes(data.replace(b"dat2", b"data"))
    with pytest.raises(BadRawFile, match=r"two are data\.json"):
        zip_member(tmp_path / "a.zip", "data.json")
    (tmp_path / "a.tgz").write_bytes(gzip.compress(plain_tar({"a": b"1"})[:1024] + plain_tar({"a": b"2"})))
    with pytest.raises(BadRawFile, match="two are a"):
        contents(tmp_path / "a.tgz")


def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    data = pack_zip({"a": bytes(range(256)) * 4, "b": bytes(range(256)) * 4})
    start = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1)
    second = bytearray(data[start : data.index(b"PK\5\6")])
    struct.pack_into("<L", second, 20, 10_000)  # more packed bytes than the file has
    (tmp_path / "a.zip").write_bytes(data[:start] + second + data[data.index(b"PK\5\6") :])
    with pytest.raises(BadRawFile, match="must not share their bytes"):
        zip_member(tmp_path / "a.zip", "a")


def test_archives_that_unpack_to_many_times_their_size_are_bombs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "FREE_BYTES", 100_000)
    text, bomb = bytes(range(256)) * 1000, b"0\n" * 1_000_000
    for data, said in ((text, ""), (bomb, "must unpack to at most")):
        (tmp_path / "a.tgz").write_bytes(pack_tar({"a": data}))
        (tmp_path / "a.gz").write_bytes(pack_gz(data))
        (tmp_path / "a.zip").write_bytes(pack_zip({"a": data}))
        for read in (
            lambda: contents(tmp_path / "a.tgz"),
            lambda: list(unpacked_lines(tmp_path / "a.gz")),
            lambda: zip_member(tmp_path / "a.zip", "a"),
        ):
            if not said:
                assert read()
                continue
            with pytest.raises(BadRawFile, match=said):
                read()


def plain_tar(files: dict[str, bytes]) -> bytes:
    return gzip.decompress(pack_tar(files))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data[:1024] + b"\1" + data[1025:], "a header is damaged or missing: bad checksum"),
        (lambda data: data[:1024], "a header is damaged or missing: empty header"),
        (lambda data: data[:1100], "a header is damaged or missing: truncated header"),
        (lambda data: header("a", b"0" * 11) + data, ""),
        (lambda data: header("a", b"\xff" * 12) + data, "a header says that it has -1 bytes"),
        (lambda data: header("././@LongLink", b"00077777777", b"L") + data, "a header says that it has 16777215 bytes"),
        (lambda data: header("pax", b"00077777777", b"x") + data, "a header says that it has 16777215 bytes"),
    ],
    ids=["damaged header", "no end", "half a header", "sound", "negative size", "endless name", "endless pax"],
)
def test_a_damaged_header_is_an_error_and_not_the_end_of_the_archive(
    tmp_path: Path, damage: Callable[[bytes], bytes], said: str
) -> None:
    path = tmp_path / "a.tgz"
    path.write_bytes(gzip.compress(damage(plain_tar({"b": b"1\n", "c": b"2\n"}))))
    if not said:
        assert contents(path) == {"a": b"", "b": b"1\n", "c": b"2\n"}
        return
    with pytest.raises(BadRawFile, match=said):
        contents(path)


def header(name: str, size: bytes, kind: bytes = b"0") -> bytes:
    """A tar header whose size field is written as given."""
    block = bytearray(tarfile.TarInfo(name).tobuf())
    block[124:136], block[156:157] = size.ljust(12, b"\0"), kind
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def zip_contents(path: Path) -> dict[str, bytes]:
    with open_tree(path.parent, path.name) as tree:
        return {name: b"".join(tree.lines(name)) for name in tree.names}


FILES = {"x/a.txt": "一\n二\n".encode() * 3, "b.txt": b"no end"}
READERS: dict[str, tuple[bytes, Callable[[Path], object]]] = {
    "a.tgz": (pack_tar(FILES), contents),
    "a.zip": (pack_zip(FILES), zip_contents),
    "a.gz": (pack_gz(FILES["x/a.txt"]), lambda path: list(unpacked_lines(path))),
}


@pytest.mark.parametrize("name", READERS)
def test_an_archive_cut_at_any_byte_is_an_error_and_never_a_shorter_one(tmp_path: Path, name: str) -> None:
    data, read = READERS[name]
    path = tmp_path / name
    for size_bytes in range(len(data)):
        path.write_bytes(data[:size_bytes])
        with pytest.raises(BadRawFile, match=name):
            read(path)


@pytest.mark.parametrize("name", READERS)
def test_an_archive_with_any_byte_changed_is_an_error_or_holds_the_same_data(tmp_path: Path, name: str) -> None:
    data, read = READERS[name]
    path = tmp_path / name
    path.write_bytes(data)
    sound = read(path)
    said = sound.values() if isinstance(sound, dict) else sound
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        try:
            found = read(path)
        except BadRawFile:
            continue
        assert list(found.values() if isinstance(found, dict) else found) == list(said)  # type: ignore[call-overload]


def test_reading_an_archive_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    for name, (data, read) in READERS.items():
        path = inside / name
        path.write_bytes(data)
        read(path)
    with pytest.raises(BadRawFile):
        contents(tar_with(inside / "b.tgz", named("../outside")))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.gz", "a.tgz", "a.zip", "b.tgz", "inside"]
