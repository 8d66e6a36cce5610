"""One file from servers that behave, and from those that do not."""

import errno
import logging
import random
import resource
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tehon.errors import OutOfDisk, UsageError
from tehon.fetch.manners import Manners
from tehon.fetch.outcome import Fetched
from tehon.formats.gz import pack_gz
from tehon.formats.zip import pack_zip

Get = Callable[..., Fetched]
Answer = Any
DATA = random.Random(7).randbytes(200_000)
DIGEST = sha256(DATA).hexdigest()
HALF = len(DATA) // 2


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "raw" / "corpus" / "file.bin"


@pytest.fixture
def answer(upstream: Any) -> type[Any]:
    """The server's class of answers; test folders are no packages to import from."""
    kind: type[Any] = type(upstream.answer("/nothing"))
    return kind


def test_a_file_comes_whole_with_its_digest_locked_and_nothing_left_beside_it(
    upstream: Any, answer: Answer, get: Get, place: Path
) -> None:
    got = get(upstream.put("/file.bin", answer(DATA)))
    assert (got.state, got.sha256, got.size_bytes, got.exit_code) == ("fetched", DIGEST, len(DATA), 0)
    assert place.read_bytes() == DATA
    assert [path.name for path in place.parent.iterdir()] == ["file.bin"]
    locked = msgspec.json.decode((place.parents[1] / "fetch.lock.json").read_bytes())
    url = f"{upstream.url}/file.bin"
    facts = {"url": url, "final_url": url, "sha256": DIGEST, "size_bytes": len(DATA)}
    assert locked == {"corpus/file.bin": facts}


def test_the_server_is_told_who_asks_and_that_the_bytes_shall_come_as_they_are(
    upstream: Any, answer: Answer, get: Get
) -> None:
    get(upstream.put("/file.bin", answer(DATA)))
    (request,) = upstream.requests
    assert request.headers["User-Agent"].startswith("tehon/")
    assert request.headers["Accept-Encoding"] == "identity"


def test_a_file_that_lies_there_unchanged_is_not_asked_for(upstream: Any, answer: Answer, get: Get) -> None:
    url = upstream.put("/file.bin", answer(DATA))
    get(url)
    got = get(url)
    assert (got.state, got.sha256) == ("there", DIGEST)
    assert len(upstream.requests) == 1


def test_a_file_that_a_person_put_there_is_locked_as_it_is(upstream: Any, get: Get, place: Path) -> None:
    place.parent.mkdir(parents=True)
    place.write_bytes(DATA)
    assert get(f"{upstream.url}/file.bin").state == "there"
    place.write_bytes(DATA + b"!")
    got = get(f"{upstream.url}/file.bin")
    assert got.exit_code == 3
    assert f"must have the sha256 {DIGEST}, but has " in got.problem
    assert upstream.requests == []


def test_a_cut_connection_goes_on_where_it_was_cut(upstream: Any, answer: Answer, get: Get, place: Path) -> None:
    cut = [answer(DATA, cut=HALF), answer(DATA, cut=20_000), answer(DATA)]
    assert get(upstream.put("/file.bin", *cut)).state == "fetched"
    assert place.read_bytes() == DATA
    assert upstream.ranges == ["", f"bytes={HALF}-", f"bytes={HALF + 20_000}-"]
    assert upstream.sent == len(DATA)
    assert [request.headers.get("If-Range") for request in upstream.requests] == [None, '"1"', '"1"']


def test_the_next_run_goes_on_where_the_last_one_gave_up(upstream: Any, answer: Answer, get: Get, place: Path) -> None:
    url = upstream.put("/file.bin", answer(DATA, cut=HALF), answer(status=503))
    assert get(url).state == "failed"
    assert not place.exists()
    upstream.put("/file.bin", answer(DATA))
    assert get(url).state == "fetched"
    assert place.read_bytes() == DATA
    assert upstream.sent == len(DATA)


def test_bytes_of_unknown_version_are_never_joined_unless_a_digest_will_tell(
    upstream: Any, answer: Answer, get: Get, place: Path
) -> None:
    url = upstream.put("/file.bin", answer(DATA, etag="", cut=HALF), answer(DATA, etag=""))
    assert get(url).state == "fetched"
    assert upstream.ranges == ["", ""]
    place.unlink()
    upstream.put("/file.bin", answer(DATA, etag="", cut=HALF), answer(DATA, etag=""))
    assert get(url, sha256=DIGEST).state == "fetched"
    assert upstream.ranges[2:] == ["", f"bytes={HALF}-"]
    assert place.read_bytes() == DATA


def test_a_server_that_ignores_ranges_is_read_from_the_beginning(
    upstream: Any, answer: Answer, get: Get, place: Path
) -> None:
    get(upstream.put("/file.bin", answer(DATA, cut=HALF), answer(DATA, ranges=False)))
    assert place.read_bytes() == DATA
    assert upstream.sent == HALF + len(DATA)


@pytest.mark.parametrize("obeys", [True, False], ids=["by the server", "by the answer"])
def test_a_file_that_changed_meanwhile_is_read_from_its_new_beginning(
    upstream: Any, answer: Answer, get: Get, place: Path, *, obeys: bool
) -> None:
    new = DATA[::-1]
    later = answer(new, etag='"2"', obeys_if_range=obeys)
    assert get(upstream.put("/file.bin", answer(DATA, cut=HALF), later)).sha256 == sha256(new).hexdigest()
    assert place.read_bytes() == new


def test_a_length_that_is_too_long_is_an_error_and_no_file(
    upstream: Any, answer: Answer, get: Get, place: Path
) -> None:
    got = get(upstream.put("/file.bin", answer(DATA, says=len(DATA) + 1)))
    assert got.exit_code == 3
    assert "though it said otherwise" in got.problem or "the connection to 127.0.0.1:" in got.problem
    assert not place.exists()


def test_a_length_that_is_too_short_is_recognised_by_the_archive_by_the_size_or_by_the_digest(
    upstream: Any, answer: Answer, get: Get, tmp_path: Path
) -> None:
    packed, zipped = pack_gz(DATA), pack_zip({"a.txt": DATA})
    for name, data in (("a.gz", packed), ("a.zip", zipped)):
        got = get(upstream.put(f"/{name}", answer(data, says=len(data) - 10)))
        assert "is no whole" in got.problem
    url = upstream.put("/a.txt", answer(DATA, says=HALF))
    assert f"has {HALF:,} bytes now instead of {len(DATA):,}" in get(url, size_bytes=len(DATA)).problem
    assert f"instead of {DIGEST}" in get(url, sha256=DIGEST).problem
    assert [path.name for path in (tmp_path / "raw" / "corpus").iterdir()] == []


def test_a_busy_server_is_asked_again_when_it_says(upstream: Any, answer: Answer, get: Get, place: Path) -> None:
    slept: list[float] = []
    busy = [answer(status=503, headers={"Retry-After": "7"}), answer(status=429), answer(DATA)]
    assert get(upstream.put("/file.bin", *busy), sleep=slept.append).state == "fetched"
    assert slept == [7.0, 0.02]
    assert place.read_bytes() == DATA


def test_a_server_that_asks_for_a_long_absence_is_left_for_its_mirror(upstream: Any, answer: Answer, get: Get) -> None:
    url = upstream.put("/file.bin", answer(status=503, headers={"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}))
    slept: list[float] = []
    got = get(url, upstream.put("/mirror/file.bin", answer(DATA)), sleep=slept.append)
    assert (got.state, got.url) == ("fetched", f"{upstream.url}/mirror/file.bin")
    assert slept == []


def test_waits_double_and_end(upstream: Any, answer: Answer, get: Get) -> None:
    slept: list[float] = []
    manners = Manners(first_wait_seconds=1, longest_wait_seconds=5, attempts=6, pause_seconds=0)
    got = get(upstream.put("/file.bin", answer(status=500)), manners=manners, sleep=slept.append)
    assert slept == [1, 2, 4, 5, 5]
    assert "answers 500 (Internal Server Error), 6 times in a row" in got.problem


def test_an_attempt_that_brought_much_counts_as_the_first_again(upstream: Any, answer: Answer, get: Get) -> None:
    manners = Manners(attempts=2, progress_bytes=50_000, first_wait_seconds=0, pause_seconds=0)
    cut = [answer(DATA, cut=50_000)] * 3
    assert get(upstream.put("/file.bin", *cut, answer(DATA)), manners=manners).state == "fetched"
    assert upstream.sent == len(DATA)


def test_a_server_that_starts_over_and_is_cut_at_the_same_place_does_not_go_on_for_ever(
    upstream: Any, answer: Answer, get: Get
) -> None:
    manners = Manners(attempts=3, progress_bytes=50_000, first_wait_seconds=0, pause_seconds=0)
    got = get(upstream.put("/file.bin", answer(DATA, cut=HALF, ranges=False)), manners=manners)
    assert got.state == "failed"
    assert len(upstream.requests) == 3


def test_what_is_not_there_is_looked_for_at_the_mirrors_in_their_order(
    upstream: Any, answer: Answer, get: Get, place: Path
) -> None:
    mirrors = upstream.put("/one/file.bin", answer(status=403)), upstream.put("/two/file.bin", answer(DATA))
    got = get(f"{upstream.url}/file.bin", *mirrors)
    assert [request.path for request in upstream.requests] == ["/file.bin", "/one/file.bin", "/two/file.bin"]
    assert got.url == mirrors[1]
    assert place.read_bytes() == DATA


def test_a_mirror_that_gives_other_bytes_is_passed_over(upstream: Any, answer: Answer, get: Get, place: Path) -> None:
    mirror = upstream.put("/mirror/file.bin", answer(DATA))
    assert get(upstream.put("/file.bin", answer(DATA[1:])), mirror, sha256=DIGEST).url == mirror
    assert place.read_bytes() == DATA


def test_a_file_that_has_changed_upstream_is_an_error_that_says_both_digests_and_how_to_accept_it(
    upstream: Any, answer: Answer, get: Get, place: Path
) -> None:
    url = upstream.put("/file.bin", answer(DATA))
    get(url)
    place.unlink()
    new = sha256(DATA[::-1]).hexdigest()
    upstream.put("/file.bin", answer(DATA[::-1], etag='"2"'))
    got = get(url)
    assert got.exit_code == 3
    assert f"{url} gives the sha256 {new} instead of {DIGEST}" in got.problem
    assert "--update-lock" in got.problem
    assert not place.exists()
    assert get(url, update_lock=True).sha256 == new
    assert get(url).state == "there"


def test_a_change_of_size_is_told_before_the_bytes_are_fetched(upstream: Any, answer: Answer, get: Get) -> None:
    got = get(upstream.put("/file.bin", answer(DATA, block=1000, pause=0.05)), size_bytes=5, sha256=DIGEST)
    assert f"has {len(DATA):,} bytes now instead of 5" in got.problem
    assert upstream.sent < len(DATA)


def test_bytes_of_an_earlier_run_that_do_not_fit_are_fetched_anew_before_upstream_is_blamed(
    upstream: Any, answer: Answer, get: Get, place: Path
) -> None:
    url = upstream.put("/file.bin", answer(DATA, cut=HALF), answer(status=404))
    get(url)
    (place.parent / ".file.bin.partial").write_bytes(b"\0" * HALF)
    upstream.put("/file.bin", answer(DATA))
    assert get(url, sha256=DIGEST).state == "fetched"
    assert place.read_bytes() == DATA


def test_redirects_are_followed_and_told(upstream: Any, answer: Answer, get: Get, place: Path) -> None:
    upstream.put("/there/x", answer(DATA))
    url = upstream.put("/file.bin", answer(status=302, headers={"Location": "/there/x"}))
    assert get(url).url == url
    assert place.read_bytes() == DATA
    locked = msgspec.json.decode((place.parents[1] / "fetch.lock.json").read_bytes())
    assert locked["corpus/file.bin"]["final_url"] == f"{upstream.url}/there/x"


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("/file.bin", "more than 4 redirects"),
        ("file:///etc/passwd", "neither at http:// nor at https://"),
        ("ftp://127.0.0.1/x", "neither at http:// nor at https://"),
        ("http://127.0.0.1:port/", "Invalid URL in location header"),
        ("http://a..b/", "is no address"),
    ],
)
def test_a_redirect_that_leads_nowhere_is_an_error(
    upstream: Any, answer: Answer, get: Get, place: Path, location: str, reason: str
) -> None:
    got = get(upstream.put("/file.bin", answer(status=302, headers={"Location": location})))
    assert got.exit_code == 3
    assert reason in got.problem
    assert not place.exists()


def test_an_archive_whose_packing_is_called_an_encoding_stays_packed(
    upstream: Any, answer: Answer, get: Get, tmp_path: Path
) -> None:
    packed = pack_gz(DATA)
    get(upstream.put("/a.gz", answer(packed, headers={"Content-Encoding": "gzip"})))
    assert (tmp_path / "raw" / "corpus" / "a.gz").read_bytes() == packed
    twice = upstream.put("/b.gz", answer(pack_gz(packed), headers={"Content-Encoding": "gzip"}))
    assert "is packed twice" in get(twice).problem


def test_other_files_are_refused_when_a_server_packs_them(upstream: Any, answer: Answer, get: Get) -> None:
    got = get(upstream.put("/a.json", answer(pack_gz(b"{}"), headers={"Content-Encoding": "gzip"})))
    assert "sends the file packed (Content-Encoding: gzip), though asked not to" in got.problem


@pytest.mark.parametrize("name", ["a.zip", "a.tgz", "a.json", "a.xml"])
def test_an_error_page_that_comes_with_a_200_is_no_corpus(
    upstream: Any, answer: Answer, get: Get, name: str, tmp_path: Path
) -> None:
    page = b"\n<!DOCTYPE html><html><body>Please log in.</body></html>"
    got = get(upstream.put(f"/{name}", answer(page)))
    assert got.exit_code == 3
    assert "is an HTML page" in got.problem
    assert list((tmp_path / "raw" / "corpus").iterdir()) == []


def test_a_body_without_a_length_is_whole_when_it_ends_and_not_when_it_is_cut(
    upstream: Any, answer: Answer, get: Get, place: Path
) -> None:
    get(upstream.put("/file.bin", answer(DATA, chunked=True, cut=HALF), answer(DATA, chunked=True)))
    assert place.read_bytes() == DATA
    assert upstream.sent == len(DATA)


def test_a_body_without_an_end_is_stopped_at_the_limit(upstream: Any, answer: Answer, get: Get, place: Path) -> None:
    endless = answer(bytes(3_000_000), chunked=True, cut=3_000_000)
    got = get(upstream.put("/file.bin", endless))
    assert "sends more bytes than the file may have" in got.problem
    assert (place.parent / ".file.bin.partial").stat().st_size <= 1_000_000
    assert "more than the 1,000,000 that are allowed" in get(upstream.put("/b", answer(DATA, says=10**12))).problem


def test_silence_is_given_up_for_a_new_connection(upstream: Any, answer: Answer, get: Get, place: Path) -> None:
    silent = answer(DATA, block=HALF, pause=0.6)
    assert get(upstream.put("/file.bin", silent, answer(DATA))).state == "fetched"
    assert place.read_bytes() == DATA
    assert f"bytes={HALF}-" in upstream.ranges


def test_a_trickle_is_given_up_for_a_new_connection(
    upstream: Any, answer: Answer, get: Get, place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    trickle = answer(DATA, block=10, pause=0.05)
    assert get(upstream.put("/file.bin", trickle, answer(DATA))).state == "fetched"
    assert place.read_bytes() == DATA
    assert "only trickles" in caplog.text


def test_an_unreachable_host_is_told_with_what_to_fetch_and_where_to_put_it(get: Get, place: Path) -> None:
    url = "http://127.0.0.1:9/file.bin"
    got = get(url, "ftp://127.0.0.1/file.bin", sha256=DIGEST, size_bytes=200_000)
    assert got.exit_code == 3
    assert got.problem == (
        f"{place}: could not be fetched: 127.0.0.1:9 cannot be reached (Connection refused), 3 times in a row. "
        f"Fetch it (200,000 bytes, sha256 {DIGEST}) on a machine that can, from {url} or ftp://127.0.0.1/file.bin, "
        f"and put it at {place}."
    )
    assert not place.parent.exists()


def test_what_lies_at_ftp_alone_is_told_to_be_got_by_hand(get: Get, place: Path) -> None:
    got = get("ftp://ftp.example/file.bin")
    assert "it lies at no http:// or https:// address" in got.problem
    assert f"from ftp://ftp.example/file.bin, and put it at {place}." in got.problem


def test_what_no_program_can_fetch_is_told_once_and_is_there_once_something_lies_there(
    upstream: Any, get: Get, place: Path
) -> None:
    page = f"{upstream.url}/login"
    got = get(page, file="file.bin", by_hand="The site answers browsers alone: save the file with one")
    assert (got.state, got.exit_code) == ("by hand", 3)
    told = f"The site answers browsers alone: save the file with one (see {page}); then put it at {place}."
    assert got.problem == f"{place}: must be got by hand. {told}"
    place.parent.mkdir(parents=True)
    (place.parent / "unpacked.txt").write_text("x")
    assert get(page, file="file.bin", by_hand="…").state == "there"
    assert upstream.requests == []


def test_what_must_be_unpacked_first_is_not_fetched_where_it_has_been(
    upstream: Any, answer: Answer, get: Get, place: Path
) -> None:
    url = upstream.put("/file.bin", answer(DATA))
    assert get(url, then="Unpack it into text/").then == "Unpack it into text/"
    (place.parent / "text").mkdir()
    assert get(url, then="Unpack it into text/").then == ""
    place.unlink()
    assert get(url, then="Unpack it into text/").state == "there"
    assert len(upstream.requests) == 1


def test_a_proxy_of_the_environment_is_asked_for_every_machine_but_this_one(
    upstream: Any, answer: Answer, get: Get, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, upstream.url)
    upstream.put("http://corpus.example/file.bin", answer(DATA))
    assert get("http://corpus.example/file.bin").state == "fetched"
    assert place.read_bytes() == DATA


def test_a_proxy_that_cannot_be_used_is_named(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:9")
    with pytest.raises(UsageError, match=r"ALL_PROXY: must name a proxy that can be used"):
        get("http://corpus.example/file.bin")


def test_a_pause_lies_between_two_visits_to_one_host(upstream: Any, answer: Answer, get: Get) -> None:
    slept: list[float] = []
    manners = Manners(pause_seconds=0.5)
    url = upstream.put("/file.bin", answer(status=302, headers={"Location": "/x"}))
    upstream.put("/x", answer(DATA))
    get(url, manners=manners, sleep=slept.append)
    assert [round(seconds, 1) for seconds in slept] == [0.5]


def test_a_disk_without_room_is_told_before_it_is_full(upstream: Any, answer: Answer, get: Get) -> None:
    url = upstream.put("/file.bin", answer(DATA, says=10**17))
    with pytest.raises(OutOfDisk, match=r"needs 100,000,000,000,000,000 bytes more, but the disk has [\d,]+ free"):
        get(url, manners=Manners(limit_bytes=10**18))


def test_a_full_disk_keeps_what_has_come_and_the_next_run_goes_on(
    upstream: Any, answer: Answer, get: Get, place: Path
) -> None:
    url = upstream.put("/file.bin", answer(DATA, block=10_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (HALF, hard))
    try:
        with pytest.raises(OutOfDisk) as full:
            get(url)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert isinstance(full.value.__cause__, OSError)
    assert full.value.__cause__.errno == errno.EFBIG
    assert get(url).state == "fetched"
    assert place.read_bytes() == DATA
    assert upstream.ranges[-1].startswith("bytes=")
