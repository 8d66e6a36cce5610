import pytest

from tehon.formats.encodings import likely_encoding, misfit

TEXT = "吾輩は猫である。名前はまだ無い。"


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "utf-16"])
@pytest.mark.parametrize("cut", [0, 1])
def test_japanese_text_tells_its_encoding_even_where_it_is_cut(encoding: str, cut: int) -> None:
    data = TEXT.encode(encoding)
    assert likely_encoding(data[: len(data) - cut]) == encoding


@pytest.mark.parametrize("data", [b"", b"plain ASCII", b"\xff\xff\xff", bytes(range(256)), b"\x80\x81\xfe\xff"])
def test_bytes_that_are_no_japanese_tell_nothing(data: bytes) -> None:
    assert likely_encoding(data) == ""


@pytest.mark.parametrize(
    ("data", "declared", "reason"),
    [
        (TEXT.encode("cp932"), "utf-8", "not UTF-8, perhaps CP932"),
        (TEXT.encode("euc_jp"), "utf-8", "not UTF-8, perhaps EUC-JP"),
        (TEXT.encode("utf-16"), "utf-8", "not UTF-8, perhaps UTF-16"),
        (TEXT.encode(), "cp932", "not CP932, perhaps UTF-8"),
        (TEXT.encode()[:-1] + b"\xff", "utf-8", "not UTF-8"),
        (TEXT.encode() + TEXT.encode("cp932"), "utf-8", "not UTF-8"),
        (b"abc\xffdef", "utf-8", "not UTF-8"),
        (b"\xff", "shift_jis", "not shift_jis"),
    ],
)
def test_a_reason_names_another_encoding_only_where_the_whole_is_in_it(data: bytes, declared: str, reason: str) -> None:
    assert misfit(data, declared) == reason
