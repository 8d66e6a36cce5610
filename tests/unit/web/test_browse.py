"""What is shown of folders: their own pages, tunings as they stand, and no file beside them."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from tehon.errors import DataError, RawFileMissing, UsageError
from tehon.records.preferences import PageName
from tehon.records.release import Release
from tehon.report.run import report
from tehon.storage.atomic import write_text
from tehon.storage.manifest import finish
from tehon.storage.provenance import provenance
from tehon.tune import samples
from tehon.tune.curve import CURVE, Line, add
from tehon.web.app import application
from tehon.web.limits import Limits
from tehon.web.rooms import Offer, open_rooms
from tehon.web.watch import watch

Write = Callable[..., Path]
Open = Callable[..., TestClient]
LIMITS = Limits(requests_per_second=1000)
SECRET = "nobody may read this"  # noqa: S105 - a word to look for


def line(step: int, loss: float = 2.0, held_back: float | None = None) -> Line:
    return Line(
        step=step, examples=16 * step, loss=loss, learning_rate=1e-3, gradient_norm=1.0, validation_loss=held_back
    )


@pytest.fixture
def open_pages(tmp_path: Path) -> Open:
    """Opens the pages over these paths."""

    def opened(*paths: Path, pages: Sequence[PageName] = ()) -> TestClient:
        offer = Offer(runs=paths, votes=tmp_path / "votes.jsonl", pages=tuple(pages))
        with open_rooms(offer, LIMITS) as rooms:
            # The vote file closes here; these tests only look.
            return TestClient(application(rooms, LIMITS), base_url="http://localhost:8080", follow_redirects=False)

    return opened


@pytest.fixture
def tuning(tmp_path: Path) -> Path:
    folder = tmp_path / "adapter"
    folder.mkdir()
    for step in (5, 10, 15):
        add(folder, line(step, 3 - step / 10, 2.5 if step == 15 else None))
    return folder


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    write_text(folder / "card.html", "<!DOCTYPE html><title>Card</title><h1>データ</h1>")
    counts: dict[str, Any] = {"by_source": {}, "by_cluster": {}, "licences": {}, "ledger": ()}
    made = Release(name="small", licence="CC0-1.0", digest="0" * 64, examples=0, **counts)
    finish(folder, "release", config={}, inputs={}, result=made, provenance=provenance())
    return folder


def test_the_page_of_a_report_is_the_file_that_the_report_wrote(
    write_answers: Write, open_pages: Open, tmp_path: Path
) -> None:
    runs = [write_answers(name, ["一です。", "二"]) for name in ("base", "tuned")]
    report(runs, tmp_path / "report")
    client = open_pages(*runs, tmp_path / "report")
    assert client.get("/browse/0").text == (tmp_path / "report" / "report.html").read_text("utf-8")
    assert client.get("/browse").text.count("<li>") == 1


def test_evaluations_without_a_report_are_shown_as_one_with_the_same_words(
    write_answers: Write, open_pages: Open, tmp_path: Path
) -> None:
    runs = [write_answers(name, ["一です。", "二"]) for name in ("base", "tuned")]
    shown = open_pages(*runs).get("/browse/0").text
    report(runs, tmp_path / "report")
    assert shown == (tmp_path / "report" / "report.html").read_text("utf-8")


def test_what_others_made_can_reach_nothing(release: Path, open_pages: Open) -> None:
    answer = open_pages(release).get("/browse/0")
    assert "<h1>データ</h1>" in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy


def test_a_page_that_was_changed_or_leads_elsewhere_is_not_shown(
    release: Path, open_pages: Open, tmp_path: Path
) -> None:
    write_text(tmp_path / "secret", SECRET)
    client = open_pages(release)
    (release / "card.html").unlink()
    (release / "card.html").symlink_to(tmp_path / "secret")
    for _ in range(2):
        answer = client.get("/browse/0")
        assert answer.status_code == 500
        assert SECRET not in answer.text
        (release / "card.html").unlink(missing_ok=True)
        write_text(release / "card.html", SECRET)


def test_a_curve_that_leads_elsewhere_is_not_read(tuning: Path, open_pages: Open, tmp_path: Path) -> None:
    client = open_pages(tuning)
    (tuning / CURVE).rename(tmp_path / "other.jsonl")
    (tuning / CURVE).symlink_to(tmp_path / "other.jsonl")
    assert client.get("/browse/0/now").status_code == 500


@pytest.mark.parametrize(
    "path",
    [
        "/browse/../votes.jsonl",
        "/browse/0/../../votes.jsonl",
        "/browse/0/..%2f..%2fmetrics.jsonl",
        "/browse/%2e%2e/%2e%2e/etc/passwd",
        "/browse/0/metrics.jsonl",
        "/browse/0/manifest.json",
        "/browse/-1",
        "/browse/1",
        "/browse/99999999999999999999",
        "/browse/0/now/..%2fmetrics.jsonl",
        "/browse//etc/passwd",
    ],
)
def test_no_file_of_a_folder_can_be_asked_for_by_name(tuning: Path, open_pages: Open, path: str) -> None:
    assert open_pages(tuning).get(path).status_code == 404


def test_a_tuning_shows_its_last_line_and_a_figure(tuning: Path, open_pages: Open) -> None:
    client = open_pages(tuning)
    now = client.get("/browse/0/now").text
    assert "<dd>15</dd>" in now
    assert "1.5000" in now
    assert "2.5000" in now
    assert 'aria-label="From step 5 to step 15' in now
    assert "<html" not in now
    add(tuning, line(20, 0.75))
    assert "0.7500" in client.get("/browse/0").text


def test_a_tuning_shows_its_newest_answers(tuning: Path, open_pages: Open) -> None:
    for step, text in ((5, "古い答え"), (15, "新しい答え")):
        samples.add(tuning, [samples.Sample(step=step, prompt="山は？", text=text, finish="length")])
    with (tuning / samples.SAMPLES).open("ab") as stream:
        stream.write(b'{"step":20')
    now = open_pages(tuning).get("/browse/0/now").text
    assert "新しい答え" in now
    assert "after step 15; cut off" in now
    assert "古い答え" not in now


@pytest.mark.parametrize("kept", [1, 12, 40, 80])
def test_half_a_last_line_is_left_out(tuning: Path, kept: int) -> None:
    with (tuning / CURVE).open("ab") as stream:
        stream.write(msgspec.json.encode(line(20))[:kept])
    assert [each.step for each in watch(tuning).lines] == [5, 10, 15]


def test_a_tuning_is_told_to_run_to_have_stopped_or_to_have_ended(tuning: Path) -> None:
    assert watch(tuning).state == "broken_off"
    running = tuning / ".tune.running"
    running.write_text(f"process {os.getpid()} on {socket.gethostname()}", "utf-8")
    assert watch(tuning).state == "running"
    over = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    running.write_text(f"process {int(over.stdout)} on {socket.gethostname()}", "utf-8")
    assert watch(tuning).state == "broken_off"
    running.write_text("process 1 on another-machine", "utf-8")
    assert watch(tuning).state == "running"
    (tuning / CURVE).unlink()
    assert watch(tuning).state == "waiting"


def test_a_folder_that_is_neither_finished_nor_tuned_is_named(open_pages: Open, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RawFileMissing, match="empty"):
        open_pages(tmp_path / "empty")


def test_a_folder_is_given_once(tuning: Path, open_pages: Open) -> None:
    with pytest.raises(UsageError, match="given twice"):
        open_pages(tuning, tuning / ".." / tuning.name)


def test_only_the_pages_that_were_asked_for_are_there(write_answers: Write, open_pages: Open) -> None:
    runs = [write_answers(name, ["一", "二"]) for name in ("base", "tuned")]
    both = open_pages(*runs)
    assert [both.get(f"/{page}").status_code for page in ("compare", "browse")] == [200, 200]
    blind = open_pages(*runs, pages=[PageName.COMPARE])
    assert [blind.get(f"/{page}").status_code for page in ("compare", "browse")] == [200, 404]
    with pytest.raises(DataError, match="chat needs a --model"):
        open_pages(*runs, pages=[PageName.CHAT])
    with pytest.raises(DataError, match="compare needs answers of two models"):
        open_pages(runs[0], pages=[PageName.COMPARE])
