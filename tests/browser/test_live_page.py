"""A prompt typed into a real browser, answered by base and adapter at once, and judged blind."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from served_pages import serving

from tehon.records.corpus import Example
from tehon.records.preferences import Vote
from tehon.records.tuning import Lora, Recipe
from tehon.storage.votes import read_votes
from tehon.tune.run import tune

if TYPE_CHECKING:
    from playwright.sync_api import Page

Tab = Callable[..., "Page"]
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
RECIPE = Recipe(
    name="test",
    base="tiny:llama",
    template="alpaca_ja",
    lora=Lora(),
    learning_rate=0.05,
    batch_size=8,
    epochs=4,
    precision="fp32",
)


@pytest.fixture(scope="module")
def adapter(
    make_release: Callable[..., Path], few_examples: list[Example], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("live")
    tune(RECIPE, make_release(folder / "release", few_examples), folder / "adapter")
    return folder / "adapter"


@pytest.fixture(scope="module")
def votes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("votes") / "votes.jsonl"


@pytest.fixture(scope="module")
def url(adapter: Path, votes: Path) -> Iterator[str]:
    options = ("--model", "tiny:llama", "--adapter", adapter, "--votes", votes, "--requests-per-second", "1000")
    with serving(*options) as server:
        yield f"{server.url}/live"


def cast(votes: Path, voter: str) -> list[Vote]:
    return [vote for vote in read_votes(votes) if vote.voter == voter]


def ask(page: "Page", prompt: str, name: str = "") -> list[str]:
    """Both answers, once they are whole."""
    if name:
        page.get_by_label("Your name").fill(name)
    page.get_by_label("Prompt").fill(prompt)
    page.keyboard.press("Control+Enter")
    page.locator("#ballot:not([hidden])").wait_for(timeout=60_000)
    return page.locator("#answers .text").all_inner_texts()


def judged(page: "Page", count: int) -> None:
    page.get_by_text(f"{count} judged").wait_for()
    page.wait_for_load_state()


def test_two_answers_grow_are_judged_by_key_and_taken_back(tab: Tab, url: str, adapter: Path, votes: Path) -> None:
    page = tab()
    page.goto(url)
    seen = {}
    for count, (prompt, key) in enumerate((("こんにちは", "1"), ("山は？", "2"), ("海は？", "3"), ("空は？", "4")), 1):
        seen[prompt] = ask(page, prompt, "花" if count == 1 else "")
        assert all(seen[prompt])
        page.keyboard.press(key)
        judged(page, count)
    kept = cast(votes, "花")
    assert [vote.choice for vote in kept] == ["a", "b", "tie", "bad"]
    assert {frozenset(vote.models) for vote in kept} == {frozenset({"tiny:llama", adapter.name})}
    assert len({vote.item for vote in kept}) == 4
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    judged(page, 3)
    assert [vote.choice for vote in cast(votes, "花")] == ["a", "b", "tie"]
    assert ask(page, "こんにちは") == seen["こんにちは"]


def test_sides_are_swapped_by_person_and_prompt_and_stay_hidden(tab: Tab, url: str, adapter: Path, votes: Path) -> None:
    page = tab()
    page.goto(url)
    for count, prompt in enumerate("一二三四五六", 1):
        ask(page, prompt, "太郎" if count == 1 else "")
        shown = page.locator("main").inner_text()
        assert adapter.name not in shown
        assert "tiny:llama" not in shown
        page.keyboard.press("3")
        judged(page, count)
    assert {vote.models[0] for vote in cast(votes, "太郎")} == {"tiny:llama", adapter.name}


def test_markup_in_a_prompt_stays_text(tab: Tab, url: str) -> None:
    page = tab()
    page.goto(url)
    ask(page, HOSTILE, HOSTILE)
    assert page.locator("main script, main img").count() == 0
    page.keyboard.press("3")
    judged(page, 1)
    assert page.get_by_label("Your name").input_value() == HOSTILE


def test_what_is_too_long_or_empty_is_refused_with_the_limit(tab: Tab, url: str) -> None:
    page = tab()
    for asked, status in (
        ({"name": "花", "prompt": "長" * 3000}, 413),
        ({"name": "花", "prompt": " "}, 400),
        ([], 400),
    ):
        answer = page.request.post(f"{url}/answers", data=asked, headers={"Accept": "application/json"})
        assert answer.status == status
    assert (
        "8,000 bytes"
        in page.request.post(
            f"{url}/answers", data={"name": "花", "prompt": "長" * 3000}, headers={"Accept": "application/json"}
        ).json()["error"]
    )
    forged: dict[str, str | float | bool] = {"name": "花", "matchup": "0" * 32, "choice": "a", "reason": ""}
    assert page.request.post(url, form=forged).status == 400


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_its_window(tab: Tab, url: str, width: int) -> None:
    page = tab(viewport={"width": width, "height": 800}, locale="ja-JP", color_scheme="dark")
    page.goto(url)
    page.locator("#name").fill("花")
    page.locator("#prompt").fill("あ" * 200)
    page.keyboard.press("Control+Enter")
    page.locator("#ballot:not([hidden])").wait_for(timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
