"""What stands before the pages: tokens, hosts, origins, pace, and headers."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from served_pages import prepared
from starlette.testclient import TestClient
from starlette.types import Message

from tehon.errors import UsageError
from tehon.storage.votes import read_votes, vote_file
from tehon.web import limits
from tehon.web.app import application
from tehon.web.collect import collect
from tehon.web.compare import Compare
from tehon.web.deal import Deal
from tehon.web.guard import Guard
from tehon.web.limits import Limits, Pace
from tehon.web.serve import check_host
from tehon.web.words import WORDS

HERE = "http://localhost:8080"
TOKEN = "a-token-of-this-test"  # noqa: S105 - nobody's
Open = Callable[..., TestClient]


@pytest.fixture
def open_pages(tmp_path: Path) -> Iterator[Open]:
    """Opens the pages over three items."""
    matchups = collect([prepared(tmp_path / "set.jsonl", 3, "base", "tuned")], ())
    with vote_file(tmp_path / "votes.jsonl") as votes:
        deal = Deal(matchups, votes)
        yield lambda token="": pages(deal, token)


def pages(deal: Deal, token: str) -> TestClient:
    bounds = Limits(requests_per_second=1000)
    app = application({"compare": Compare(deal, bounds).routes}, bounds, token)
    return TestClient(app, base_url=HERE, follow_redirects=False)


def ballot(client: TestClient, **fields: str) -> dict[str, str]:
    """What the page's form would send."""
    shown = client.get("/compare?name=Hana").text.partition('id="ballot"')[2]
    key = shown.partition('name="matchup" value="')[2].partition('"')[0]
    return {"name": "Hana", "matchup": key, "choice": "a", "reason": "", **fields}


def test_a_token_opens_the_pages_and_leaves_the_address(open_pages: Open) -> None:
    client = open_pages(TOKEN)
    assert client.get("/compare").status_code == 401
    assert client.get("/compare?token=wrong").status_code == 401
    assert client.get("/compare", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/compare", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    onward = client.get(f"/compare?name=Hana&token={TOKEN}")
    assert (onward.status_code, onward.headers["location"]) == (303, "/compare?name=Hana")
    assert "httponly" in onward.headers["set-cookie"].lower()
    assert "samesite=strict" in onward.headers["set-cookie"].lower()
    assert client.get("/compare").status_code == 200


def test_a_token_never_sends_a_client_to_another_site(open_pages: Open) -> None:
    onward = open_pages(TOKEN).get(f"{HERE}//evil.example/?token={TOKEN}")
    assert onward.headers["location"].startswith("/evil.example")


def test_without_a_token_only_this_machine_s_names_are_answered(open_pages: Open) -> None:
    client = open_pages()
    for host in ("localhost:8080", "127.0.0.1:1", "[::1]:8080"):
        assert client.get("/compare", headers={"Host": host}).status_code == 200
    for host in ("evil.example", "localhost.evil.example", "[::1", ""):
        assert client.get("/compare", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://evil"}, {"Origin": "null"}],
)
def test_a_form_of_another_site_casts_no_vote(open_pages: Open, headers: dict[str, str], tmp_path: Path) -> None:
    client = open_pages()
    sent = ballot(client)
    assert client.post("/compare", data=sent, headers=headers).status_code == 403
    assert read_votes(tmp_path / "votes.jsonl") == ()
    assert client.post("/compare", data=sent, headers={"Origin": HERE}).status_code == 303
    assert len(read_votes(tmp_path / "votes.jsonl")) == 1


def test_a_verdict_is_taken_back_once_however_often_the_form_is_sent(open_pages: Open, tmp_path: Path) -> None:
    client = open_pages()
    sent = [ballot(client), ballot(client)]
    for each in sent:
        client.post("/compare", data=each)
        client.get("/compare?name=Hana")
    first = read_votes(tmp_path / "votes.jsonl")[0].matchup
    for _ in range(3):
        assert client.post("/compare/undo", data={"name": "Hana", "matchup": first}).status_code == 303
    assert len(read_votes(tmp_path / "votes.jsonl")) == len({each["matchup"] for each in sent}) - 1
    assert client.post("/compare/undo", data={"name": "Hana"}).status_code == 400
    assert (
        client.post("/compare/undo", data={"name": "Hana", "matchup": first}, headers={"Origin": "null"}).status_code
        == 403
    )


async def _never() -> Message:
    await asyncio.sleep(60)
    return {"type": "http.disconnect"}


def test_a_request_that_does_not_arrive_is_given_up(open_pages: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PATIENCE_SECONDS", 0.05)
    said: list[Message] = []

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        said.append(message)

    headers = [(b"host", b"localhost"), (b"content-length", b"100")]
    scope = {"type": "http", "method": "POST", "path": "/compare", "query_string": b"", "headers": headers}

    async def ask() -> None:
        await open_pages().app(scope, _never, send)

    asyncio.run(ask())
    assert said[0]["status"] == 408


def test_a_page_gives_away_no_model(open_pages: Open) -> None:
    client = open_pages()
    client.cookies.clear()
    shown = client.get("/compare?name=Hana").text
    body = shown.replace("baseの答え", "").replace("tunedの答え", "")
    assert "base" not in body
    assert "tuned" not in body


def test_too_many_requests_are_answered_with_the_limit_and_only_for_that_client(open_pages: Open) -> None:
    guard = open_pages().app
    assert isinstance(guard, Guard)
    client = TestClient(replace(guard, pace=Pace(3, clock=lambda: 0.0)), base_url=HERE)
    codes = [client.get("/compare").status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    refused = client.get("/compare", headers={"Accept": "text/html", "Accept-Language": "ja"})
    assert "毎秒3件まで" in refused.text
    assert refused.headers["Retry-After"] == "1"


def test_pace_comes_back_with_time_and_counts_each_client_alone() -> None:
    now = [0.0]
    pace = Pace(2, clock=lambda: now[0])
    assert [pace.admits("a") for _ in range(3)] == [True, True, False]
    assert pace.admits("b")
    now[0] = 0.5
    assert [pace.admits("a") for _ in range(2)] == [True, False]
    now[0] = 60
    assert [pace.admits("a") for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"choice": "c"}, 400),
        ({"matchup": "0" * 32}, 400),
        ({"name": " "}, 400),
        ({"name": "x" * 65}, 400),
        ({"name": "a\x00b"}, 400),
        ({"reason": "長" * 3000}, 413),
        ({"reason": "長" * 300_000}, 413),
    ],
)
def test_what_no_form_of_the_page_would_send_is_refused(
    open_pages: Open, fields: dict[str, str], code: int, tmp_path: Path
) -> None:
    client = open_pages()
    assert client.post("/compare", data=ballot(client, **fields)).status_code == code
    assert read_votes(tmp_path / "votes.jsonl") == ()


@pytest.mark.parametrize("sent", [b"", b"\xff\xfe", b"name=%ff&matchup=1&choice=a", b"&&&&", b"a=1&" * 20])
def test_bytes_that_are_no_form_are_refused(open_pages: Open, sent: bytes) -> None:
    assert open_pages().post("/compare", content=sent).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/static/../words.py",
        "/static/..%2fwords.py",
        "/static/%2e%2e/%2e%2e/words.py",
        "/static/welcome.html.jinja",
        "/static//etc/passwd",
        "/votes.jsonl",
        "/%2e%2e/%2e%2e/etc/passwd",
    ],
)
def test_no_file_but_the_pages_own_can_be_read(open_pages: Open, path: str) -> None:
    assert open_pages().get(path).status_code == 404


def test_every_answer_forbids_foreign_and_inline_scripts(open_pages: Open) -> None:
    client = open_pages()
    for path in ("/", "/compare", "/compare?name=Hana", "/none", "/static/compare.js"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert ("immutable" in headers["cache-control"]) == path.startswith("/static")


def test_the_pages_hold_no_inline_script_or_style_and_no_foreign_address(open_pages: Open) -> None:
    client = open_pages()
    for path in ("/compare", "/compare?name=Hana", "/none"):
        text = client.get(path, headers={"Accept": "text/html"}).text
        assert "style=" not in text
        assert "://" not in text
        assert text.count("<script") == text.count("<script src=")


def test_another_machine_needs_a_long_token() -> None:
    for host in ("127.0.0.1", "::1", "localhost", "127.0.0.2"):
        check_host(host, "")
    for host in ("0.0.0.0", "192.168.0.3", "::", "example.org"):  # noqa: S104 - refused
        with pytest.raises(UsageError, match="needs a token"):
            check_host(host, "")
        check_host(host, TOKEN)
    with pytest.raises(UsageError, match="at least 16 characters"):
        check_host("::", "short")


def test_the_language_is_the_reader_s(open_pages: Open) -> None:
    client = open_pages()
    assert "Start" in client.get("/compare").text
    assert "始める" in client.get("/compare", headers={"Accept-Language": "ja,en;q=0.5"}).text
    assert "Start" in client.get("/compare", headers={"Accept-Language": "fr,de"}).text
    assert "始める" in client.get("/compare?language=ja").text
    assert "始める" in client.get("/compare").text


def test_both_languages_fill_in_the_same() -> None:
    for word, (english, japanese) in WORDS.items():
        names = [{part.partition("}")[0] for part in text.split("{")[1:]} for text in (english, japanese)]
        assert names[0] == names[1], word
