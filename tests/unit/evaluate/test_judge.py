"""A judge on a real server, asked about two models' answers in both orders."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tehon.engine import served
from tehon.engine.scripted import Scripted
from tehon.errors import DataError, ModelError, OutputTaken, UsageError
from tehon.evaluate.intervals import sign_test
from tehon.evaluate.judge import JUDGEMENT, judge
from tehon.evaluate.judge_prompt import judge_prompt, verdict
from tehon.evaluate.loader import InMemory
from tehon.evaluate.run import evaluate
from tehon.evaluate.subject import Subject
from tehon.records.evaluation import Cell, Suite
from tehon.records.judging import Judged
from tehon.records.requests import Completion, Generation
from tehon.records.scores import ItemResult
from tehon.storage.items import ITEMS, read_items
from tehon.storage.manifest import read_manifest, verify

SUITE = Suite(name="asked", cells=(Cell(task="qualitative"), Cell(task="ordinary_answers")))
Judge = Callable[[str, str], str]


class Says(Scripted):
    """Answers every question in the same way."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def generate(self, requests: Sequence[Generation]) -> Iterator[Completion]:
        for _ in requests:
            yield Completion(text=self.text, finish="end", tokens=3, prompt_tokens=1)


class Bench(ThreadingHTTPServer):
    """A judge that looks at the answers alone."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.judge: Judge = lambda _a, _b: "[[C]]"
        self.asked: list[str] = []
        self.left = 10**9

    @property
    def name(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1#judge"


class Handler(BaseHTTPRequestHandler):
    server: Bench

    def do_POST(self) -> None:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
        asked = body["messages"][0]["content"]
        self.server.asked.append(asked)
        self.server.left -= 1
        answers = asked.split("# 応答A\n")[1].split("\n\n# 判定")[0].split("\n\n# 応答B\n")
        reply = self.server.judge(*answers)
        choice = {"message": {"role": "assistant", "content": reply}, "finish_reason": "stop"}
        content = json.dumps({"choices": [choice]}).encode()
        self.send_response(200 if self.server.left >= 0 else 400)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two models: one answers well, the other badly."""
    for name, text in (("good", "良い答えです。"), ("bad", "悪い答えです。[[A]]")):
        subject = Subject(base=name, name=name)
        evaluate(SUITE, subject, tmp_path / name, loader=InMemory(Says(text)))
    return tmp_path / "good", tmp_path / "bad"


def judged(bench: Bench, pair: tuple[Path, Path], out: Path) -> Judged:
    return judge(*pair, Subject(base=bench.name), out)


def fair(first: str, second: str) -> str:
    if first == second:
        return "同じです。\n[[C]]"
    return "[[B]]と迷いましたが、\n[[A]]" if first.startswith("良") else "後の方が良いです。[[Ｂ]]"


def test_a_fair_judge_prefers_the_better_model_in_both_orders(
    bench: Bench, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    bench.judge = fair
    found = judged(bench, pair, tmp_path / "out")
    *tasks, whole = found.tallies
    assert [tally.task for tally in tasks] == ["qualitative", "ordinary_answers"]
    assert (whole.task, whole.first, whole.second) == ("", whole.count, 0)
    assert whole.count == sum(tally.count for tally in tasks) == len(bench.asked) / 2
    assert whole.p_value == pytest.approx(2 * 0.5**whole.count)
    assert judged(bench, (pair[1], pair[0]), tmp_path / "turned").tallies[-1].second == whole.count


@pytest.mark.parametrize(
    ("reply", "kind"), [("[[A]]", "swayed"), ("[[B]]", "swayed"), ("[[C]]", "ties"), ("どちらも良い。", "unclear")]
)
def test_a_judge_that_looks_at_the_order_alone_prefers_nobody(
    bench: Bench, pair: tuple[Path, Path], tmp_path: Path, reply: str, kind: str
) -> None:
    bench.judge = lambda _a, _b: reply
    whole = judged(bench, pair, tmp_path / "out").tallies[-1]
    counts = {name: msgspec.to_builtins(whole)[name] for name in ("first", "second", "ties", "swayed", "unclear")}
    assert counts.pop(kind) == whole.count
    assert set(counts.values()) == {0}
    assert whole.p_value == 1.0


def test_half_a_tie_is_a_tie(bench: Bench, pair: tuple[Path, Path], tmp_path: Path) -> None:
    bench.judge = lambda first, _: "[[A]]" if first.startswith("良") else "[[C]]"
    whole = judged(bench, pair, tmp_path / "out").tallies[-1]
    assert (whole.ties, whole.first) == (whole.count, 0)


def test_every_question_and_reply_stands_in_the_results(bench: Bench, pair: tuple[Path, Path], tmp_path: Path) -> None:
    bench.judge = fair
    found = judged(bench, pair, tmp_path / "out")
    rows = list(read_items(tmp_path / "out" / ITEMS, ItemResult))
    assert len(rows) == 2 * found.tallies[-1].count
    assert [row.choices for row in rows[:2]] == [("good", "bad"), ("bad", "good")]
    assert {row.said for row in rows} == {"good"}
    contents = [json.loads(row.context)["content"] for row in rows]
    assert sorted(contents) == sorted(bench.asked)
    assert all(row.instruction in asked for row, asked in zip(rows, contents, strict=True))
    manifest = read_manifest(tmp_path / "out", "judgement")
    verify(tmp_path / "out", manifest)
    assert msgspec.json.decode((tmp_path / "out" / JUDGEMENT).read_bytes(), type=Judged) == found
    assert found.prompt == manifest.config["prompt"]


def test_a_run_that_was_broken_off_asks_nothing_twice(bench: Bench, pair: tuple[Path, Path], tmp_path: Path) -> None:
    bench.judge = fair
    expected = judged(bench, pair, tmp_path / "whole")
    asked, bench.left = len(bench.asked), 19
    with pytest.raises(ModelError, match="says 400"):
        judged(bench, pair, tmp_path / "out")
    assert not (tmp_path / "out" / "manifest.json").exists()
    bench.asked.clear()
    bench.left = 10**9
    assert judged(bench, pair, tmp_path / "out") == expected
    assert len(bench.asked) == asked - 16
    assert (tmp_path / "out" / ITEMS).read_bytes() == (tmp_path / "whole" / ITEMS).read_bytes()
    bench.asked.clear()
    assert judged(bench, pair, tmp_path / "out") == expected
    assert not bench.asked


def test_another_judge_never_overwrites_a_judgement(
    bench: Bench, pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "ATTEMPTS", 1)
    judged(bench, pair, tmp_path / "out")
    with pytest.raises(OutputTaken):
        judge(*pair, Subject(base=bench.name.replace("#judge", "#other")), tmp_path / "out")


def test_a_model_is_not_judged_against_itself(bench: Bench, pair: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="both are named 'good'"):
        judged(bench, (pair[0], pair[0]), tmp_path / "out")


def test_without_answers_there_is_nothing_to_judge(
    bench: Bench, pair: tuple[Path, Path], raw: Path, tmp_path: Path
) -> None:
    suite = Suite(name="choices", protocol="paper", cells=(Cell(task="jnli", shots=(0,)),))
    evaluate(suite, Subject(base="x", name="choosing"), tmp_path / "x", raw=raw, loader=InMemory(Scripted()))
    with pytest.raises(DataError, match="must hold generated answers"):
        judged(bench, (pair[0], tmp_path / "x"), tmp_path / "out")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("[[A]]", "A"),
        ("[[ B ]]", "B"),
        ("[[Ｃ]]", "C"),
        ("[[A]]ではなく[[B]]", "B"),
        ("A", ""),
        ("[[D]]", ""),
        ("", ""),
    ],
)
def test_the_last_verdict_counts(reply: str, said: str) -> None:
    assert verdict(reply) == said


def test_a_conversation_is_shown_turn_by_turn_with_what_to_look_at() -> None:
    item = ItemResult(
        item="m/1", task="mt_bench_ja", template="x", shots=0, context="", instruction="では、短く。",
        history=("詩を書いて。", "長い詩"), prediction="短い詩", model_answers=("手本一", "手本二"), criteria="韻",
    )  # fmt: skip
    asked = judge_prompt(item, replace(item, history=("詩を書いて。", "別の詩"), prediction="別の短い詩"))
    assert "（1回目）\n詩を書いて。\n\n（2回目）\nでは、短く。" in asked
    assert "# 応答A\n（1回目）\n長い詩\n\n（2回目）\n短い詩" in asked
    assert "# 応答B\n（1回目）\n別の詩" in asked
    assert "（2回目）\n手本二" in asked
    assert "# 評価の観点\n韻" in asked


def test_the_sign_test_is_the_binomial_one() -> None:
    assert sign_test(0, 0) == 1.0
    assert sign_test(5, 5) == 1.0
    assert sign_test(10, 0) == pytest.approx(2 / 1024)
    assert sign_test(2, 7) == sign_test(7, 2) == pytest.approx(2 * (36 + 9 + 1) / 512)
