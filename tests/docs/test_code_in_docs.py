"""Modules and sessions that documents show: they do what the page says."""

import re
import shlex
from pathlib import Path
from types import ModuleType

import pytest
from command_blocks import ROOT, pages
from typer.testing import CliRunner

from tehon.cli.main import app
from tehon.records.corpus import Example, ReadOptions

CONSOLES = [
    (page.name, *found)
    for page in pages()
    for found in re.findall(
        r"^```console\n\$ tehon ([^\n]*)\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    if "…" not in "".join(found)
]
"""Page, command, and all that it prints; sessions with an ellipsis show only a part."""


def shown(page: str) -> ModuleType:
    """The first block of Python of a page as a module."""
    text = (ROOT / "docs" / "how_to" / page).read_text("utf-8").partition("```python\n")[2].partition("\n```")[0]
    module = ModuleType(page)
    exec(compile(text, page, "exec"), vars(module))  # noqa: S102 - our own page
    return module


def write_sample(sample: dict[str, bytes], folder: Path) -> Path:
    for name, content in sample.items():
        (folder / name).write_bytes(content)
    return folder


def test_the_source_of_the_page_reads_its_sample(tmp_path: Path) -> None:
    source = shown("add_a_corpus.md").SOURCE
    found = list(source.read(write_sample(source.sample, tmp_path), ReadOptions()))
    assert [type(row) for row in found] == [Example]
    assert found[0].response in source.sample["haiku.tsv"].decode()


def test_the_task_of_the_page_reads_its_sample(tmp_path: Path) -> None:
    task = shown("add_a_task.md").TASK
    write_sample(task.sample, tmp_path)
    items = list(task.read(tmp_path / "test.jsonl", "test"))
    assert [item.choices[item.answer] for item in items] == ["参ります。", "お越しください。"]


@pytest.mark.parametrize(("page", "command", "told"), CONSOLES)
def test_a_session_prints_what_the_page_shows(page: str, command: str, told: str) -> None:
    result = CliRunner().invoke(app, shlex.split(command))
    assert (page, result.output) == (page, told)
