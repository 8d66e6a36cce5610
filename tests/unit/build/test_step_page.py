import os
import re
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from tehon.build import clean
from tehon.build.ledger import Ledger
from tehon.build.row_steps import row_steps
from tehon.build.step_page import step_page
from tehon.formats.toml import read_toml
from tehon.records.corpus import Drop, ReadOptions
from tehon.records.release import Mixture
from tehon.records.step import Content
from tehon.sources import SOURCES
from tehon.steps import STEPS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "steps.md"
TEXT = step_page(STEPS)
ROWS = [line for line in TEXT.splitlines() if line.startswith("| [")]


def test_the_page_in_the_docs_is_made_from_the_shelf() -> None:
    if os.environ.get("TEHON_REWRITE_GOLDEN"):
        PAGE.write_text(TEXT, "utf-8")
    assert PAGE.read_text("utf-8") == TEXT, "run make golden"


def test_every_option_of_every_step_has_one_row_of_five_cells() -> None:
    options = [(name, field.name) for name in STEPS for field in msgspec.structs.fields(STEPS[name].options)]
    assert [tuple(re.findall(r"\| \[(\w+)\]\(#\w+\) \| `(\w+)`", row)[0]) for row in ROWS] == options
    assert all(row.count("|") == 6 for row in ROWS)


def test_every_step_has_a_section() -> None:
    assert re.findall(r"^## (\w+)$", TEXT, re.MULTILINE) == list(STEPS)


@pytest.mark.parametrize(
    ("name", "option", "cells"),
    [
        ("language", "least_share", "| number, at least 0, at most 1 | `0.5` |"),
        ("length", "most_characters", "| integer, at least 1 | none |"),
        ("normalise", "spaces", '| `"keep"` or `"single"` | `"keep"` |'),
        ("normalise", "kana", "| `true` or `false` | `true` |"),
        ("personal", "phone", '| string | `"<電話番号>"` |'),
        (
            "fields",
            "repeats_instruction",
            '| array, each element a task cluster, such as `correction` | `["dialogue"]` |',
        ),
    ],
)
def test_a_row_says_what_may_stand_there_and_what_does_by_default(name: str, option: str, cells: str) -> None:
    [row] = [row for row in ROWS if row.startswith(f"| [{name}](#{name}) | `{option}` |")]
    assert cells in row


@pytest.fixture
def example(tmp_path: Path) -> Mixture:
    """The mixture that stands on the page."""
    [table] = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "checked.toml"
    path.write_text(table, "utf-8")
    return read_toml(path, Mixture)


def test_the_example_on_the_page_is_a_mixture_whose_every_step_does_its_work(example: Mixture) -> None:
    options = ReadOptions()
    drops: list[Drop] = []
    left: list[Content] = []
    ledger = Ledger(drops.append)
    for name in example.sources:
        rows = ledger.read(name, SOURCES[name].read(Path(), options))
        for step, function in [(clean.STEP, clean.clean), *row_steps(example.steps, "docs/steps.md")]:
            rows = ledger.through(name, step, rows, function)
        left += rows
    assert all(line.read == line.kept + sum(line.dropped.values()) for line in ledger.lines())
    assert list(dict.fromkeys(line.step for line in ledger.lines())) == ["read", "clean", *example.steps]
    reasons = Counter((drop.step, drop.reason) for drop in drops)
    assert set(reasons) == {("length", "response too short"), ("length", "too many characters")}
    assert len(left) > 1000
