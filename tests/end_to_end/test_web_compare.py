"""`tehon serve` as a process: people at once, a power cut, a slow client."""

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from time import monotonic

import httpx
import pytest
from served_pages import Server, prepared, serving

from tehon.storage.votes import read_votes

FAST = ("--requests-per-second", "10000")


class Voter:
    """A person with a browser that knows forms alone."""

    def __init__(self, server: Server, name: str) -> None:
        self.name = name
        self.client = httpx.Client(base_url=server.url, timeout=30)

    def page(self) -> str:
        answer = self.client.get("/compare", params={"name": self.name})
        assert answer.status_code == 200
        return answer.text

    def vote(self, choice: str) -> str:
        """Judge what is shown; its key, empty where nothing is left."""
        ballot = self.page().partition('id="ballot"')[2]
        key = unescape(ballot.partition('name="matchup" value="')[2].partition('"')[0])
        if key:
            sent = {"name": self.name, "matchup": key, "choice": choice, "reason": ""}
            assert self.client.post("/compare", data=sent).status_code == 303
        return key

    def all(self, choice: str) -> int:
        with self.client:
            return sum(1 for _ in iter(lambda: self.vote(choice), ""))


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    return tmp_path / "votes.jsonl"


def test_several_people_at_once_judge_everything_once(tmp_path: Path, votes: Path) -> None:
    items = prepared(tmp_path / "set.jsonl", 25, "base", "tuned", "longer")
    names = ["花", "太郎", "次郎", "Anna"]
    with serving(items, "--votes", votes, *FAST) as server, ThreadPoolExecutor(len(names)) as people:
        counts = list(people.map(lambda name: Voter(server, name).all("a"), names))
    assert counts == [75] * 4
    cast = read_votes(votes)
    assert len({(vote.voter, vote.item, frozenset(vote.models)) for vote in cast}) == len(cast) == 300


def test_no_vote_that_was_answered_is_lost_when_the_server_is_killed(tmp_path: Path, votes: Path) -> None:
    items = prepared(tmp_path / "set.jsonl", 20, "base", "tuned")
    answered: list[str] = []
    for _ in range(3):
        with serving(items, "--votes", votes, *FAST) as server:
            voter = Voter(server, "花")
            with voter.client:
                answered += [voter.vote("b") for _ in range(5)]
            server.kill()
        with votes.open("ab") as stream:
            stream.write(b'{"voter":"\xe8\x8a')  # as if the power had gone in the middle of the next line
    with serving(items, "--votes", votes, *FAST) as server:
        assert Voter(server, "花").all("b") == 5
    cast = read_votes(votes)
    assert len(set(answered)) == 15
    assert {*answered} <= {vote.matchup for vote in cast}
    assert len(cast) == 20


def test_a_client_that_sends_slowly_keeps_nobody_waiting(tmp_path: Path, votes: Path) -> None:
    items = prepared(tmp_path / "set.jsonl", 5, "base", "tuned")
    with serving(items, "--votes", votes, *FAST) as server:
        address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        slow = [socket.create_connection(address) for _ in range(50)]
        try:
            for each in slow:
                each.sendall(b"POST /compare HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nname=")
            started = monotonic()
            assert Voter(server, "花").all("tie") == 5
            assert monotonic() - started < 5
        finally:
            for each in slow:
                each.close()
    assert len(read_votes(votes)) == 5


def test_another_host_without_a_token_is_refused_before_anything_is_opened(tmp_path: Path, votes: Path) -> None:
    items = prepared(tmp_path / "set.jsonl", 2, "base", "tuned")
    command = [sys.executable, "-m", "tehon", "serve", str(items), "--votes", str(votes), "--host", "0.0.0.0"]  # noqa: S104 - refused
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert "needs a token" in ended.stderr
    assert not votes.exists()


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path, votes: Path) -> None:
    items = prepared(tmp_path / "set.jsonl", 2, "base", "tuned")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "tehon", "serve", str(items), "--votes", str(votes), "--port", port]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert f"127.0.0.1:{port}: must be an address to listen at" in ended.stderr
    assert "Traceback" not in ended.stderr
