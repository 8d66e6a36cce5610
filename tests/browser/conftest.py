"""A real browser, without a window and without a network of its own."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from served_pages import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

Tab = Callable[..., "Page"]
WAIT_MS = 10_000


@pytest.fixture(scope="module")  # its driver keeps an event loop running, which would be in other tests' way
def browser() -> Iterator["Browser"]:
    """Debian's chromium; the tests are skipped where there is none."""
    if not (path := chromium()):
        pytest.skip("no browser is installed: run make test-browser, or set TEHON_CHROMIUM")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - needed by nobody else

    arguments = ["--no-sandbox", "--disable-background-networking"]
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=arguments)
        yield opened
        opened.close()


OURS = re.compile(r"(http|ws)://127\.0\.0\.1:|file:///")
"""A server of the test's own, or a page on disk."""
CUT_OFF = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_CONTENT_LENGTH_MISMATCH")
"""A server that has ended, as some tests want it to, and a page that was left while it loaded: no fault of the page."""


def _is_complaint(said: "ConsoleMessage") -> bool:
    return said.type in {"error", "warning"} and not any(cut in said.text for cut in CUT_OFF)


@pytest.fixture
def tab(browser: "Browser") -> Iterator[Tab]:
    """Opens a tab of a person of its own, and sees at the end that no page complained or reached for the network."""
    complaints: list[str] = []
    contexts = []

    def new(**options: object) -> "Page":
        context = browser.new_context(**{"locale": "en-US", **options})  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda asked: complaints.append(asked.url) if not OURS.match(asked.url) else None)
        return page

    yield new
    for context in contexts:
        context.close()
    assert complaints == []
