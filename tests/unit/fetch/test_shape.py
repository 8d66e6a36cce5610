from pathlib import Path

import pytest

from tehon.fetch.shape import misfit
from tehon.formats.gz import pack_gz
from tehon.formats.xlsx import pack_xlsx
from tehon.formats.zip import pack_zip


def shape(tmp_path: Path, name: str, data: bytes, limit_bytes: int = 10**6) -> str:
    path = tmp_path / "bytes"
    path.write_bytes(data)
    return misfit(path, name, limit_bytes)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.gz", pack_gz("はい".encode())),
        ("a.tgz", pack_gz(b"tar")),
        ("a.zip", pack_zip({"a": b"b"})),
        ("a.xlsx", pack_xlsx(("a",), ("b",))),
        ("a.xml.bz2", b"BZh91AY"),
        ("a.json", b'[{"a": "<html>"}]'),
        ("a.xml", b'<?xml version="1.0"?><a/>'),
        ("a.tsv", "\ufeffa\tb\n".encode()),
        ("a.txt", b"PK\x03\x04 is how archives begin"),
    ],
)
def test_bytes_that_are_what_their_name_says_are_taken(tmp_path: Path, name: str, data: bytes) -> None:
    assert shape(tmp_path, name, data) == ""


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.json", b"", "is empty"),
        ("a.json", b"\xef\xbb\xbf \n<!DOCTYPE HTML PUBLIC>", "is an HTML page"),
        ("a.tsv", b"<html lang='ja'>", "is an HTML page"),
        ("a.gz", b"<!doctype html>", "is an HTML page"),
        ("a.gz", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is a pointer of Git LFS"),
        ("a.zip", b'{"error": "quota"}', "does not begin like a .zip file"),
        ("a.ZIP", b"Not found", "does not begin like a .zip file"),
        ("a.tgz", pack_zip({"a": b"b"}), "does not begin like a .tgz file"),
        ("a.zip", pack_zip({"a": b"b" * 100})[:-5], "is no whole zip archive"),
        ("a.gz", pack_gz(b"abc" * 1000)[:-4], "is no whole gzip file"),
        ("a.gz", pack_gz(b"abc")[:-8] + b"\0" * 8, "is no whole gzip file"),
        ("a.gz", pack_gz(b"abc") + b"more", "is no whole gzip file"),
        ("a.gz", pack_gz(pack_gz(b"abc")), "is packed twice"),
        ("a.gz", pack_gz(bytes(2 * 10**6)), "unpacks to more than 1,000,000 bytes"),
    ],
)
def test_bytes_that_are_something_else_are_told(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    assert reason in shape(tmp_path, name, data)
