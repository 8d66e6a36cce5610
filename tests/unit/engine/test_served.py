"""A model on a server, asked over a real connection."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tehon.engine import served
from tehon.engine.served import AT_ONCE, ATTEMPTS, KEY, Served
from tehon.errors import ModelError, TehonError, UsageError
from tehon.evaluate.run import evaluate
from tehon.evaluate.subject import Subject
from tehon.recipes import PROTOCOLS
from tehon.records.evaluation import Cell, Suite
from tehon.records.requests import Generation, Loglikelihood
from tehon.records.scores import ItemResult
from tehon.storage.items import ITEMS, read_items
from tehon.tasks import TASKS

Answer = Callable[[dict[str, Any]], tuple[int, bytes]]
OK = 200


def completion(text: str, **more: Any) -> bytes:
    choice = {"index": 0, "text": text, "finish_reason": "stop", **more}
    return json.dumps({"choices": [choice], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}).encode()


class Server(ThreadingHTTPServer):
    """Answers as it is told, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, Any]] = []
        self.heads: list[dict[str, str]] = []
        self.answer: Answer = lambda body: (OK, completion(f"答え：{body['prompt']}"))
        self.extra: dict[str, str] = {}

    def handle_error(self, *_: Any) -> None:
        """A client may hang up in the middle of an answer."""

    @property
    def name(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1#small"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append({"path": self.path, **body})
        self.server.heads.append(dict(self.headers))
        status, content = self.server.answer(body)
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        for name, value in self.server.extra.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def model(server: Server, waits: list[float]) -> Served:
    return Served(server.name, waits.append)


def failing(times: int, status: int, content: bytes) -> Answer:
    """Fails so often, then answers."""
    left = [times]

    def answer(body: dict[str, Any]) -> tuple[int, bytes]:
        del body
        left[0] -= 1
        return (status, content) if left[0] >= 0 else (OK, completion("はい"))

    return answer


def test_answers_come_in_the_order_of_the_requests_and_say_what_they_took(model: Served, server: Server) -> None:
    requests = [Generation(context=f"問い{n}", max_new_tokens=9, stop=("\n",)) for n in range(3 * AT_ONCE)]
    answers = list(model.generate(requests))
    assert [answer.text for answer in answers] == [f"答え：問い{n}" for n in range(3 * AT_ONCE)]
    assert {(answer.finish, answer.tokens, answer.prompt_tokens) for answer in answers} == {("end", 3, 7)}
    assert model.positions == 10 * len(requests)
    assert server.asked[0]["path"] == "/v1/completions"
    said = {"model": "small", "max_tokens": 9, "temperature": 0.0, "stop": ["\n"]}
    assert said.items() <= server.asked[0].items()
    assert "repetition_penalty" not in server.asked[0]


def test_how_tokens_are_drawn_is_told_where_any_are(model: Served, server: Server) -> None:
    list(model.generate([Generation(context="山"), Generation(context="山", temperature=0.7, top_p=0.9, seed=3)]))
    cold, warm = sorted(server.asked, key=lambda body: float(body["temperature"]))
    assert not {"seed", "top_p"} & cold.keys()
    assert (warm["temperature"], warm["top_p"], warm["seed"]) == (0.7, 0.9, 3)


def test_a_conversation_goes_to_the_server_s_own_chat_template(model: Served, server: Server) -> None:
    assert model.chat is not None
    server.answer = lambda body: (
        OK,
        json.dumps({"choices": [{"message": {"content": body["messages"][-1]["content"][::-1]}}]}).encode(),
    )
    messages = [{"role": "user", "content": "こんにちは"}]
    [answer] = model.generate([Generation(context=model.chat(messages, True), special=True)])  # noqa: FBT003
    assert answer.text == "はちにんこ"
    assert server.asked[0]["path"] == "/v1/chat/completions"
    assert server.asked[0]["messages"] == messages


@pytest.mark.parametrize(
    ("more", "text", "finish"),
    [
        ({"finish_reason": "length"}, "富士山\n次の", "stop"),
        ({"finish_reason": "length"}, "富士山", "length"),
        ({"finish_reason": "stop", "stop_reason": "\n"}, "富士山", "stop"),
        ({"finish_reason": "stop", "stop_reason": None}, "富士山", "end"),
        ({"finish_reason": None}, "富士山", "end"),
    ],
)
def test_how_an_answer_ended_is_told(
    model: Served, server: Server, more: dict[str, Any], text: str, finish: str
) -> None:
    server.answer = lambda _: (OK, completion(text, **more))
    [answer] = model.generate([Generation(context="山", stop=("\n",))])
    assert (answer.text, answer.finish) == ("富士山", finish)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_busy_server_is_asked_again_after_longer_and_longer_waits(
    model: Served, server: Server, waits: list[float], status: int
) -> None:
    server.answer = failing(3, status, b"busy")
    assert [answer.text for answer in model.generate([Generation(context="山")])] == ["はい"]
    assert waits == [1.0, 2.0, 4.0]


def test_a_server_that_names_a_wait_is_given_it(model: Served, server: Server, waits: list[float]) -> None:
    server.answer, server.extra = failing(1, 429, b""), {"retry-after": "7"}
    assert list(model.generate([Generation(context="山")]))
    assert waits == [7.0]


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"<html>",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{}]}',
        b'{"choices": [{"text": 3}]}',
    ],
)
def test_garbage_is_asked_again_and_in_the_end_an_error(
    model: Served, server: Server, waits: list[float], garbage: bytes
) -> None:
    server.answer = failing(2, OK, garbage)
    assert [answer.text for answer in model.generate([Generation(context="山")])] == ["はい"]
    server.answer = lambda _: (OK, garbage)
    with pytest.raises(ModelError, match=f"its reply is no completion: .*{ATTEMPTS} times in a row.*are kept"):
        list(model.generate([Generation(context="山")]))
    assert len(waits) == 2 + ATTEMPTS - 1


def test_an_endless_reply_is_garbage(model: Served, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "MOST_BYTES", 1000)
    server.answer = lambda _: (OK, completion("あ" * 1000))
    with pytest.raises(ModelError, match="longer than 1,000 bytes"):
        list(model.generate([Generation(context="山")]))


def test_a_server_that_never_answers_is_left(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(served, "ATTEMPTS", 2)
    over = threading.Event()

    def silent(body: dict[str, Any]) -> tuple[int, bytes]:
        del body
        over.wait(10)
        return OK, b""

    server.answer = silent
    with pytest.raises(ModelError, match="ReadTimeout"):
        list(Served(server.name, lambda _: None).generate([Generation(context="山")]))
    over.set()


def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "ATTEMPTS", 2)
    with pytest.raises(ModelError, match=r"http://127\.0\.0\.1:1/v1: must answer, but ConnectError"):
        list(Served("http://127.0.0.1:1/v1#small", lambda _: None).generate([Generation(context="山")]))


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refusal_is_final(model: Served, server: Server, waits: list[float], status: int) -> None:
    server.answer = lambda _: (status, "鍵が要ります".encode())
    with pytest.raises(ModelError, match=f"says {status} 鍵が要ります"):
        list(model.generate([Generation(context="山")]))
    assert waits == []


def test_the_key_goes_along_and_into_no_message(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "sesame")
    server.answer = lambda _: (401, b"no")
    with pytest.raises(ModelError) as refused:
        list(Served(server.name).generate([Generation(context="山")]))
    assert server.heads[0]["Authorization"] == "Bearer sesame"
    assert "sesame" not in str(refused.value)


def test_a_server_gives_no_log_likelihoods(model: Served) -> None:
    with pytest.raises(ModelError, match="gives no log-likelihood"):
        model.loglikelihood([Loglikelihood(context="山", continuation="川")], PROTOCOLS["paper"])


@pytest.mark.parametrize("name", ["http://localhost:8000/v1", "http://#small", "localhost#small"])
def test_a_name_without_address_or_model_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match="must be a base URL"):
        Served(name)


SUITE = Suite(name="asked", cells=(Cell(task="ordinary_answers", max_new_tokens=8),))


def test_an_evaluation_that_a_server_broke_off_goes_on_without_asking_again(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "FIRST_WAIT_SECONDS", 0.0)
    subject = Subject(base=server.name, name="served")
    evaluate(SUITE, subject, tmp_path / "whole")
    items = len(server.asked)
    server.asked.clear()
    healthy, left = server.answer, [10]

    def tiring(body: dict[str, Any]) -> tuple[int, bytes]:
        left[0] -= 1
        return healthy(body) if left[0] >= 0 else (500, b"tired")

    server.answer = tiring
    with pytest.raises(ModelError, match="500 tired"):
        evaluate(SUITE, subject, tmp_path / "out")
    server.asked.clear()
    server.answer = healthy
    evaluate(SUITE, subject, tmp_path / "out")
    assert len(server.asked) == items - 8
    for name in ("scores.json", ITEMS):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    rows = list(read_items(tmp_path / "out" / ITEMS, ItemResult))
    # The echo of a prompt holds the heading that ends an answer.
    assert all(row.prediction and f"答え：{row.context}".startswith(row.prediction) for row in rows)


def test_an_adapter_over_a_server_is_a_usage_error(server: Server, tmp_path: Path) -> None:
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "adapter_config.json").write_text("{}")
    with pytest.raises(TehonError, match="it is a server"):
        evaluate(SUITE, Subject(base=server.name, adapter=tmp_path / "adapter"), tmp_path / "out")


def test_a_server_chooses_by_writing(server: Server, tmp_path: Path) -> None:
    (tmp_path / "raw" / "jnli").mkdir(parents=True)
    for file, content in TASKS["jnli"].sample.items():
        (tmp_path / "raw" / "jnli" / file).write_bytes(content)
    server.answer = lambda _: (OK, completion("neutral\n\n### 指示:"))
    suite = Suite(
        name="choice", protocol="paper", settings=("answer=output",), cells=(Cell(task="jnli", shots=(0, 2)),)
    )
    scores = evaluate(suite, Subject(base=server.name), tmp_path / "out", raw=tmp_path / "raw")
    accuracy = next(score for score in scores.scores if score.metric == "output_accuracy")
    assert accuracy.histogram == {"entailment": 0, "contradiction": 0, "neutral": 3}
    assert "constant" in accuracy.flags
    with pytest.raises(ModelError, match="gives no log-likelihood"):
        evaluate(replace(suite, settings=()), Subject(base=server.name), tmp_path / "likely", raw=tmp_path / "raw")


def test_a_server_holds_a_conversation(server: Server, tmp_path: Path) -> None:
    for file, content in TASKS["mt_bench_ja"].sample.items():
        (path := tmp_path / "raw" / "mt_bench_ja" / file).parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def answer(body: dict[str, Any]) -> tuple[int, bytes]:
        said = f"{len(body['messages'])}番目の発言です。"
        return OK, json.dumps({"choices": [{"message": {"content": said}, "finish_reason": "stop"}]}).encode()

    server.answer = answer
    suite = Suite(name="talk", cells=(Cell(task="mt_bench_ja", templates=("chat",)),))
    evaluate(suite, Subject(base=server.name), tmp_path / "out", raw=tmp_path / "raw")
    rows = list(read_items(tmp_path / "out" / ITEMS, ItemResult))
    assert rows
    assert {row.prediction for row in rows} == {"3番目の発言です。"}
    assert {row.history[1::2] for row in rows} == {("1番目の発言です。",)}
