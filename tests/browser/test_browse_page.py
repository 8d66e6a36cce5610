"""What was made, in a real browser: reports, and a tuning while it runs."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from served_pages import serving

from tehon.records.corpus import Example
from tehon.tune.curve import CURVE, Line, add

if TYPE_CHECKING:
    from playwright.sync_api import Page

Tab = Callable[..., "Page"]
FAST = ("--requests-per-second", "1000")
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
PATIENCE_MS = 90_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that the tiny demo makes."""
    out = tmp_path_factory.mktemp("made")
    command = [sys.executable, "-m", "tehon", "demo", "--tiny", "--quiet", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, timeout=300)
    return out


def line(step: int) -> Line:
    return Line(step=step, examples=16 * step, loss=3 - step / 10, learning_rate=1e-3, gradient_norm=1.0)


def test_reports_data_and_tunings_are_one_click_away_and_run_without_complaint(tab: Tab, made: Path) -> None:
    with serving(
        *sorted(path for path in made.iterdir() if path.is_dir()), "--votes", made / "v.jsonl", *FAST
    ) as server:
        page = tab()
        page.goto(server.url)
        page.get_by_role("link", name="Browse").click()
        links = page.locator(".entries a")
        assert links.count() == 4
        links.first.click()
        page.get_by_role("heading", name="Tiny demo").wait_for()
        page.locator("th button, th[aria-sort]").first.click()  # the report's own scripts work in their sandbox
        page.go_back()
        links.nth(1).click()
        page.get_by_role("heading", level=1).first.wait_for()
        page.go_back()
        links.nth(2).click()
        page.get_by_text("It has ended.").wait_for()
        assert page.locator(".curve svg[role=img]").count() == 1


def test_a_report_can_reach_neither_votes_nor_cookies(tab: Tab, made: Path) -> None:
    [report] = made.glob("report-*")
    with serving(report, *FAST) as server:
        page = tab()
        page.goto(f"{server.url}/browse/0")
        reached = page.evaluate(
            """async () => {
                const tried = async (what) => { try { await what(); return "reached"; } catch { return "refused"; } };
                return [await tried(() => document.cookie), await tried(() => localStorage.length), self.origin];
            }"""
        )
        assert reached == ["refused", "refused", "null"]


def test_a_curve_follows_a_tuning_line_by_line(tab: Tab, tmp_path: Path) -> None:
    folder = tmp_path / "adapter"
    folder.mkdir()
    add(folder, line(5))
    with serving(folder, *FAST) as server:
        page = tab()
        page.goto(f"{server.url}/browse/0")
        page.locator("dd", has_text="80").wait_for()
        with (folder / CURVE).open("ab") as stream:
            stream.write(b'{"step":10,"examp')  # the rest is on its way
        page.wait_for_timeout(2500)
        assert page.locator("dd").first.inner_text() == "5"
        with (folder / CURVE).open("ab") as stream:
            stream.write(b'les":160,"loss":2.0,"learning_rate":0.001,"gradient_norm":1.0}\n')
        page.locator("dd", has_text="160").wait_for()
        assert "From step 5 to step 10" in (page.locator(".curve svg").get_attribute("aria-label") or "")


def test_a_real_tuning_is_watched_until_it_says_that_it_has_ended(
    tab: Tab, make_release: Callable[..., Path], few_examples: list[Example], tmp_path: Path
) -> None:
    release = make_release(tmp_path / "release", few_examples)
    settings = ["epochs=20", "batch_size=1", "log_steps=5", "max_steps=600"]
    command = [sys.executable, "-m", "tehon", "tune", "demo_tiny", "--base", "tiny:llama", "--release", str(release)]
    command += ["--out", str(tmp_path / "adapter"), *(part for each in settings for part in ("--set", each))]
    command += ["--sample", HOSTILE]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"}) as process:
        try:
            while not (tmp_path / "adapter" / CURVE).exists():
                assert process.poll() is None
            with serving(tmp_path / "adapter", *FAST) as server:
                page = tab()
                page.goto(f"{server.url}/browse/0")
                page.get_by_text("It is running").wait_for()
                page.locator(".curve svg").wait_for(timeout=PATIENCE_MS)
                page.evaluate("window.kept = true")
                process.send_signal(signal.SIGSTOP)
                first = int(page.locator("dd").first.inner_text().replace(",", ""))
                process.send_signal(signal.SIGCONT)
                page.get_by_text("It has ended.").wait_for(timeout=PATIENCE_MS)
                assert int(page.locator("dd").first.inner_text().replace(",", "")) > first
                assert page.evaluate("window.kept")  # the page was not loaded again
                assert page.locator("article .prompt").inner_text() == HOSTILE
                assert page.get_by_text("after step 600").count() == 1
                assert page.locator("main script, main img").count() == 0
        finally:
            process.kill()


def test_traversal_in_a_browser_finds_nothing(tab: Tab, tmp_path: Path) -> None:
    folder = tmp_path / "adapter"
    folder.mkdir()
    add(folder, line(5))
    (tmp_path / "secret.txt").write_text("nobody may read this", "utf-8")
    with serving(folder, *FAST) as server:
        page = tab()
        for path in ("/browse/0/../../secret.txt", "/browse/0/%2e%2e%2fsecret.txt", "/browse/..%2f..%2fsecret.txt"):
            answer = page.request.get(server.url + path)
            assert answer.status == 404
            assert "nobody" not in answer.text()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_fit_their_window(tab: Tab, tmp_path: Path, width: int) -> None:
    folder = tmp_path / ("adapter-with-a-name-that-is-rather-long-" * 2)
    folder.mkdir()
    for step in range(1, 60):
        add(folder, line(step))
    with serving(folder, *FAST) as server:
        page = tab(viewport={"width": width, "height": 800}, locale="ja-JP", color_scheme="dark")
        for path in ("/browse", "/browse/0"):
            page.goto(server.url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
