import pytest

from tehon.fetch.faults import Final
from tehon.fetch.visit import host_of, next_address


@pytest.mark.parametrize(
    ("url", "location", "where"),
    [
        ("http://a.example/x", "https://b.example/y", "https://b.example/y"),
        ("https://a.example/x/y", "z", "https://a.example/x/z"),
        ("https://a.example/x", "//b.example/z", "https://b.example/z"),
        ("http://a.example/x", "http://b.example/見本", "http://b.example/%E8%A6%8B%E6%9C%AC"),
    ],
)
def test_a_redirect_leads_on_over_http(url: str, location: str, where: str) -> None:
    assert next_address(url, location) == where


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://a.example/x", "which is not encrypted"),
        ("HTTP://a.example/x", "which is not encrypted"),
        ("file:///etc/passwd", "neither at http:// nor at https://"),
        ("data:text/plain,x", "neither at http:// nor at https://"),
        ("https://a:b/", "is no address"),
    ],
)
def test_a_redirect_never_leads_away_from_http_nor_out_of_an_encrypted_connection(location: str, reason: str) -> None:
    with pytest.raises(Final, match=reason):
        next_address("https://a.example/x", location)


@pytest.mark.parametrize("url", ["ftp://a.example/x", "/x", "https://", "x", "http://a\tb/", "http://a..b/", ""])
def test_only_web_addresses_are_visited(url: str) -> None:
    with pytest.raises(Final):
        host_of(url)
