"""docs/report.md names every mark and every file of a report."""

from command_blocks import ROOT

from tehon.report.run import PAGES
from tehon.report.wording import MEANINGS

TEXT = (ROOT / "docs" / "report.md").read_text("utf-8")


def test_every_mark_is_explained() -> None:
    rows = [line.split("|")[1] for line in TEXT.partition("## Its marks")[2].splitlines() if line.startswith("|")]
    assert not [mark for mark in MEANINGS if not any(mark in row for row in rows)]


def test_every_file_is_named() -> None:
    assert not [name for name in ("report.html", "report.json", *PAGES) if f"`{name}`" not in TEXT]
