"""The talk in a real browser, with a tiny model of random weights."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from served_pages import Server, serving

from tehon.records.corpus import Example, ReadOptions
from tehon.sources.jsonl import SOURCE

if TYPE_CHECKING:
    from playwright.sync_api import Page

Tab = Callable[..., "Page"]
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"

STOP_AT_ONCE = """() => new Promise(done => {
    const look = setInterval(() => {
        if (!document.querySelectorAll("#turns .text")[1]?.textContent) return;
        clearInterval(look);
        document.querySelector("[name=stop]").click();
        done();
    }, 1);
})"""
"""As soon as anything is written, for the tiny model is faster than a hand."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--model", "tiny:llama", "--requests-per-second", "1000") as started:
        yield started


def ask(page: "Page", text: str, tokens: int = 12) -> None:
    page.locator("[name=max_new_tokens]").fill(str(tokens))
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send").click()


def test_an_answer_streams_in_and_its_exact_prompt_is_one_click_away(tab: Tab, server: Server) -> None:
    page = tab()
    page.goto(server.url)
    ask(page, "こんにちは")
    page.locator("#turns article").nth(1).locator(".foot:not(:empty)").wait_for()
    assert page.locator("#turns article").count() == 2
    page.get_by_text("Exact prompt").click()
    assert "### 指示:\nこんにちは\n\n### 返答:" in page.locator("pre").inner_text()


def test_an_answer_can_be_stopped_and_the_talk_goes_on(tab: Tab, server: Server) -> None:
    page = tab()
    page.goto(server.url)
    ask(page, "もう一度", 400)  # which this model does not end by itself
    page.evaluate(STOP_AT_ONCE)
    page.locator("#turns .foot", has_text="stopped").wait_for()
    written = page.locator("#turns .text").nth(1).inner_text()
    ask(page, "こんにちは", 6)
    page.locator("#turns article").nth(3).locator(".foot:not(:empty)").wait_for()
    assert page.locator("#turns .text").nth(1).inner_text() == written


def test_markup_in_what_is_said_stays_text(tab: Tab, server: Server) -> None:
    page = tab()
    page.goto(server.url)
    ask(page, HOSTILE)
    page.locator("#turns article").nth(1).locator(".foot:not(:empty)").wait_for()
    assert page.locator("#turns .text").first.inner_text() == HOSTILE
    page.get_by_text("Exact prompt").click()
    assert HOSTILE in page.locator("pre").inner_text()
    assert page.locator("#turns script, #turns img").count() == 0


def test_a_saved_talk_is_read_by_the_build(tab: Tab, server: Server, tmp_path: Path) -> None:
    page = tab()
    page.goto(server.url)
    page.get_by_label("System prompt").fill("詩人です。")
    ask(page, "こんにちは")
    page.locator("#turns article").nth(1).locator(".foot:not(:empty)").wait_for()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save").click()
    path = tmp_path / "jsonl" / "talk.jsonl"
    path.parent.mkdir()
    saved.value.save_as(path)
    row = json.loads(path.read_text("utf-8"))
    assert [turn["role"] for turn in row["messages"]] == ["system", "user", "assistant"]
    [example] = SOURCE.read(path.parent, ReadOptions())
    assert isinstance(example, Example)
    assert (example.instruction, example.history[0].content) == ("こんにちは", "詩人です。")


def test_a_prompt_that_is_too_long_is_refused_with_the_limit(tab: Tab, server: Server) -> None:
    page = tab()
    page.goto(server.url)
    answer = page.request.post(
        f"{server.url}/chat/answer",
        data={"messages": [{"role": "user", "content": "長" * 3000}]},
        headers={"Accept": "application/json"},
    )
    assert answer.status == 413
    assert answer.json()["error"] == "Too long: at most 8,000 bytes may be sent."


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_its_window(tab: Tab, server: Server, width: int) -> None:
    page = tab(viewport={"width": width, "height": 800}, locale="ja-JP")
    page.goto(f"{server.url}/chat")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
