from pathlib import Path

import pytest

from tehon.errors import BadRawFile
from tehon.formats.gz import pack_gz, unpacked_lines

TEXT = "一行目\n二行目\r\n\n終わり".encode()


def packed(folder: Path, data: bytes) -> Path:
    path = folder / "a.txt.gz"
    path.write_bytes(data)
    return path


def test_a_packed_file_has_the_lines_of_the_file(tmp_path: Path) -> None:
    plain = tmp_path / "a.txt"
    plain.write_bytes(TEXT)
    assert (
        list(unpacked_lines(packed(tmp_path, pack_gz(TEXT))))
        == list(unpacked_lines(plain))
        == TEXT.splitlines(keepends=True)
    )


def test_packing_twice_gives_the_same_bytes() -> None:
    assert pack_gz(TEXT) == pack_gz(TEXT)


@pytest.mark.parametrize("data", [pack_gz(TEXT)[:-9], pack_gz(TEXT)[:-1] + b"\xff", b"plain text", pack_gz(TEXT)[:20]])
def test_a_damaged_or_truncated_file_is_an_error(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(BadRawFile, match=r"a\.txt\.gz: must be a whole gzip file"):
        list(unpacked_lines(packed(tmp_path, data)))


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    lines = unpacked_lines(packed(tmp_path, pack_gz((b"0" * 99 + b"\n") * 1000)), limit_bytes=1000)
    assert [len(next(lines)) for _ in range(10)] == [100] * 10
    with pytest.raises(BadRawFile, match="must unpack to at most 1000 bytes"):
        next(lines)
