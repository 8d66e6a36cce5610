import os
import re
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tehon.build.pipeline import build
from tehon.build.plan import make_plan
from tehon.build.row_steps import step_config
from tehon.describe.step_page import step_page
from tehon.formats.toml import read_toml
from tehon.records.release import Mixture
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


def test_the_example_on_the_page_builds_and_takes_its_steps_in_order(example: Mixture, tmp_path: Path) -> None:
    release = build(example, None, tmp_path / "release")
    assert release.examples > 1000
    assert all(line.read == line.kept + sum(line.dropped.values()) for line in release.ledger)
    for name in example.sources:
        steps = [line.step for line in release.ledger if line.source == name]
        assert steps[: len(example.steps) + 2] == ["read", "clean", *example.steps]
    reasons = {(line.step, reason) for line in release.ledger for reason in line.dropped}
    assert reasons == {("length", "response too short"), ("length", "too many characters")}


def test_the_order_of_the_steps_and_every_option_make_another_release(example: Mixture) -> None:
    def print_of(steps: dict[str, dict[str, object]]) -> str:
        return make_plan(replace(example, steps=steps), None).fingerprint

    backwards = dict(reversed(example.steps.items()))
    spelled_out = {**example.steps, "language": {"least_letters": 20}}
    assert print_of(example.steps) == print_of(dict(example.steps.items())) != print_of(backwards)
    assert print_of(example.steps) != print_of({**example.steps, "language": {"least_letters": 21}})
    assert step_config(example.steps) == step_config(spelled_out)
