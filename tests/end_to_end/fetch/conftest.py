"""An upstream server on this machine that can misbehave, and counts what it serves."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tehon.fetch.lock import Lock
from tehon.fetch.manners import Manners
from tehon.fetch.obtain import Errand, obtain
from tehon.fetch.outcome import Fetched
from tehon.fetch.visit import Visitor
from tehon.fetch.wanted import Wanted
from tehon.progress import silent
from tehon.records.corpus import Download

QUICK = Manners(
    connect_seconds=2,
    silent_seconds=0.3,
    least_bytes_per_second=1000,
    attempts=4,
    first_wait_seconds=0.01,
    longest_wait_seconds=0.02,
    longest_asked_seconds=60,
    pause_seconds=0,
    redirects=4,
    limit_bytes=1_000_000,
)


@dataclass(frozen=True)
class Answer:
    """What the server does at one request.

    Attributes:
        data: the file.
        status: of an answer that is no file.
        headers: beside the usual ones.
        etag: the file's version; empty names none.
        ranges: parts may be asked for.
        obeys_if_range: a part is given only of the same version.
        cut: bytes of the body after which the connection is cut.
        says: the length that is told instead of the right one.
        chunked: no length is told.
        block: bytes that are sent at a time.
        pause: seconds between two blocks.
    """

    data: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str = '"1"'
    ranges: bool = True
    obeys_if_range: bool = True
    cut: int | None = None
    says: int | None = None
    chunked: bool = False
    block: int = 65_536
    pause: float = 0.0


@dataclass
class Request:
    """What the server was asked, and how many bytes of a file it sent for that."""

    path: str
    headers: Mapping[str, str]
    status: int
    sent: int = 0


class Upstream(ThreadingHTTPServer):
    """Answers the requests for a path one after the other; the last answer stays."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, list[Answer]] = {}
        self.requests: list[Request] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def put(self, path: str, *answers: Answer) -> str:
        self.pages[path] = list(answers)
        return self.url + path

    def answer(self, path: str) -> Answer:
        answers = self.pages.get(path, [Answer(status=404)])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    @property
    def ranges(self) -> list[str]:
        return [request.headers.get("Range", "") for request in self.requests]

    @property
    def sent(self) -> int:
        return sum(request.sent for request in self.requests)

    def handle_error(self, *_: object) -> None:
        """A client that leaves is no error."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def do_GET(self) -> None:
        answer = self.server.answer(self.path)
        asked = self.headers.get("Range", "")
        begin = (
            int(asked.removeprefix("bytes=").removesuffix("-"))
            if asked and answer.ranges and answer.status == 200
            else None
        )
        if answer.obeys_if_range and self.headers.get("If-Range", answer.etag) != answer.etag:
            begin = None
        size = len(answer.data)
        headers = {"ETag": answer.etag} if answer.etag else {}
        status, body = answer.status, answer.data
        if begin is not None and begin >= size:
            status, body = 416, b""
            headers["Content-Range"] = f"bytes */{size}"
        elif begin is not None:
            status, body = 206, answer.data[begin:]
            headers["Content-Range"] = f"bytes {begin}-{size - 1}/{size}"
        length = (
            {"Transfer-Encoding": "chunked"} if answer.chunked else {"Content-Length": str(answer.says or len(body))}
        )
        self.send_response(status)
        for name, value in (headers | length | dict(answer.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        # Before the first byte, because whoever has the last one may ask at once what was asked.
        request = Request(self.path, dict(self.headers), status)
        self.server.requests.append(request)
        self.pour(answer, body, request)

    def do_CONNECT(self) -> None:
        """As a proxy, let nobody through."""
        self.server.requests.append(Request(self.path, dict(self.headers), 503))
        self.send_error(503)

    def pour(self, answer: Answer, body: bytes, request: Request) -> None:
        upto = len(body) if answer.cut is None else answer.cut
        while request.sent < min(upto, len(body)):
            block = body[request.sent : min(request.sent + answer.block, upto)]
            try:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(block), block) if answer.chunked else block)
            except OSError:
                break
            request.sent += len(block)
            time.sleep(answer.pause)
        if answer.chunked and answer.cut is None:
            self.wfile.write(b"0\r\n\r\n")
        if answer.cut is not None or answer.says is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def upstream(monkeypatch: pytest.MonkeyPatch) -> Iterator[Upstream]:
    """A running server; a proxy in the environment leads nowhere, so that whoever asks it fails."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    server = Upstream()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


Obtain = Callable[..., Fetched]


@pytest.fixture
def get(tmp_path: Path) -> Iterator[Obtain]:
    """Obtains one file into tmp_path/raw/corpus; what it slept between attempts is in `get.slept`."""
    visitors: list[Visitor] = []

    def get(
        url: str,
        *mirrors: str,
        manners: Manners = QUICK,
        sleep: Callable[[float], None] = time.sleep,
        update_lock: bool = False,
        **facts: object,
    ) -> Fetched:
        download = Download(url=url, mirrors=mirrors, **facts)  # type: ignore[arg-type]
        visitors.append(Visitor(manners, sleep))
        raw = tmp_path / "raw"
        raw.mkdir(exist_ok=True)
        errand = Errand(raw, Lock(raw), visitors[-1], silent, update_lock)
        return obtain(Wanted(name="corpus", download=download, licence="CC0-1.0"), errand)

    yield get
    for visitor in visitors:
        visitor.__exit__(None, None, None)
