"""The pictures of the documents, taken from a real run in Debian's chromium.

    make demo
    python docs/screenshots.py out/demo

needs the extras web and dev, and chromium (or TEHON_CHROMIUM). The folder is what `tehon demo` or `tehon run` wrote.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
WIDTH = 1280
ADDRESS = re.compile(r"open (http://[^\s/]+)")


def take(run: Path, pictures: Path) -> None:
    """Take every picture of a finished run."""
    [report] = run.glob("report-*/report.html")
    pictures.mkdir(exist_ok=True)
    path = os.environ.get("TEHON_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as driver, served(run) as address:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-background-networking"])
        page = browser.new_page(color_scheme="light", locale="en-GB")
        page.goto(report.resolve().as_uri())
        shoot(page, 1000, pictures / "report.png")
        page.goto(address)
        page.get_by_label("Your name").fill("Hana")
        page.keyboard.press("Enter")
        shoot(page, 480, pictures / "compare.png")
        browser.close()


@contextmanager
def served(run: Path) -> Iterator[str]:
    """The address of the comparison of the run's answers; its votes go nowhere."""
    with TemporaryDirectory() as votes:
        scores = sorted(map(str, run.glob("scores-*")))
        command = [sys.executable, "-m", "tehon", "serve", *scores, "--votes", f"{votes}/votes.jsonl", "--port", "0"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
            try:
                yield next(found[1] for line in server.stderr or () if (found := ADDRESS.search(line)))
            finally:
                server.terminate()


def shoot(page: Page, height: int, path: Path) -> None:
    """The top of a page, as a picture."""
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path)
    print(f"{path}: {path.stat().st_size / 1000:,.0f} kB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="what tehon demo wrote")
    parser.add_argument("--pictures", type=Path, default=PICTURES)
    given = parser.parse_args()
    take(given.run, given.pictures)
