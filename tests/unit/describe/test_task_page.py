import os
from pathlib import Path

import pytest

from tehon.describe.task_page import task_page
from tehon.tasks import TASKS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "tasks.md"
TEXT = task_page(TASKS)
ROWS = {line.split("](")[0].removeprefix("| ["): line for line in TEXT.splitlines() if line.startswith("| [")}


def test_the_page_in_the_docs_is_made_from_the_shelf() -> None:
    if os.environ.get("TEHON_REWRITE_GOLDEN"):
        PAGE.write_text(TEXT, "utf-8")
    assert PAGE.read_text("utf-8") == TEXT, "run make golden"


def test_every_task_has_one_row_of_seven_cells_and_a_section() -> None:
    assert list(ROWS) == list(TASKS)
    for name, row in ROWS.items():
        assert row.count("|") == 8, name
        assert f"\n## {name}\n" in TEXT


@pytest.mark.parametrize("name", TASKS)
def test_a_row_shows_kind_splits_items_prompts_and_licence(name: str) -> None:
    task, row = TASKS[name], ROWS[name]
    assert f"| {task.kind} |" in row
    assert f"**{task.split}**" in row
    assert not task.shots_split or f"*{task.shots_split}*" in row
    assert all(f"{count:,}" in row for count in task.items.values())
    assert all(f"`{version}`" in row and prompt.source in row for version, prompt in task.prompts.items())
    assert f"**`{task.default_template}`**" in row
    assert f"[{task.licence.spdx}]({task.licence.url})" in row
    assert ("not for commercial use" in row) is not task.licence.commercial


@pytest.mark.parametrize("name", TASKS)
def test_every_split_that_has_a_count_is_one_of_the_task(name: str) -> None:
    task = TASKS[name]
    assert set(task.items) <= set(task.splits)
    assert task.split in task.items or task.embedded or name == "chabsa"
