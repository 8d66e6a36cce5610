"""Two scripted voters judge everything on a comparison page, at the same time, each in a browser of its own.

They press the keys that a person would press, and see what a person sees: two texts. Their rules are simple and say
nothing about which answer a person would rather have; they show that the way from answers to a table works.

    tehon serve out/demo/scores-* out/longer_scores --page compare --scripted --requests-per-second 100
    python benchmarks/voters.py http://127.0.0.1:8080
    tehon preferences votes.jsonl
"""

import argparse
import asyncio
import shutil
from collections.abc import Callable

from playwright.async_api import Browser, Locator, Page, async_playwright

from tehon.text.japanese import japanese_share

ENDS = ("。", "！", "？", "」", "』", ".", "!", "?")
"""What a text that came to its end ends with."""
Rule = Callable[[str], tuple[float, ...]]
"""A text to what is compared: the larger one is preferred."""


def whole_then_short(text: str) -> tuple[float, ...]:
    """Prefers an answer that ends like a sentence, then the shorter one."""
    return float(text.endswith(ENDS)), -float(len(text))


def japanese_then_varied(text: str) -> tuple[float, ...]:
    """Prefers the larger share of kana and kanji, in steps of a tenth, then more distinct letters."""
    return round(japanese_share(text), 1), float(len(set(text)))


RULES: dict[str, Rule] = {"whole_then_short": whole_then_short, "japanese_then_varied": japanese_then_varied}
"""A voter's name -> its rule."""


def key_for(rule: Rule, left: str, right: str) -> str:
    """The key of the verdict: 4 where both are empty, 3 where the rule tells no difference."""
    if not (left or right):
        return "4"
    if not (left and right):
        return "1" if left else "2"
    a, b = rule(left), rule(right)
    return "3" if a == b else "1" if a > b else "2"


async def text(side: Locator) -> str:
    """An answer as it is read; empty where the page says that there is none."""
    none = await side.evaluate("shown => shown.classList.contains('soft')")
    return "" if none else (await side.inner_text()).strip()


async def judge_all(page: Page, url: str, voter: str) -> int:
    """Judge by keyboard until nothing is left; the number of votes."""
    await page.goto(f"{url}/compare")
    await page.locator("#name").fill(voter)
    await page.keyboard.press("Enter")
    count = 0
    while True:
        await page.locator("#ballot, a[href='/compare']").first.wait_for()
        if not await page.locator("#ballot").count():
            return count
        await page.wait_for_load_state()  # before that no script listens to keys
        left, right = [await text(side) for side in await page.locator(".sides .text").all()]
        key = await page.locator("#ballot [name=matchup]").input_value()
        await page.keyboard.press(key_for(RULES[voter], left, right))
        await page.wait_for_function("key => document.querySelector('#ballot [name=matchup]')?.value !== key", arg=key)
        count += 1


async def vote(browser: Browser, url: str, voter: str) -> None:
    """One voter, in a window without anybody else's cookies."""
    context = await browser.new_context(locale="en-US")
    count = await judge_all(await context.new_page(), url, voter)
    print(f"{voter}: {count} votes")


async def main() -> None:
    """Let both vote at the same time."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("url", help="address that tehon serve printed")
    parser.add_argument("--browser", default=shutil.which("chromium"), help="a chromium; default: the system's")
    asked = parser.parse_args()
    arguments = ["--no-sandbox", "--disable-background-networking"]
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=asked.browser, args=arguments)
        await asyncio.gather(*(vote(browser, asked.url.rstrip("/"), voter) for voter in RULES))
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
