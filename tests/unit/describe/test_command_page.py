import os
import re
from pathlib import Path

from typer.core import TyperGroup
from typer.main import get_command

from tehon.cli.main import app
from tehon.describe.command_page import command_page

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "command_line.md"
MADE = get_command(app)
GROUP = MADE if isinstance(MADE, TyperGroup) else TyperGroup()
TEXT = command_page(GROUP)


def test_the_page_in_the_docs_is_made_from_the_command() -> None:
    if os.environ.get("TEHON_REWRITE_GOLDEN"):
        PAGE.write_text(TEXT, "utf-8")
    assert PAGE.read_text("utf-8") == TEXT, "run make golden"


def test_every_verb_has_a_section_with_every_option() -> None:
    sections = dict(re.findall(r"^## ([\w-]+)$(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
    assert list(sections) == list(GROUP.commands)
    for verb, command in GROUP.commands.items():
        for parameter in command.params:
            names = [re.escape(name) for name in parameter.opts]
            assert re.search(rf"<code>(-\w, )?({'|'.join(names)})\b", sections[verb]), f"{verb} {parameter.opts}"


def test_every_row_has_two_cells() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("|")]
    assert all(row.count("|") == 3 for row in rows)


def test_what_stands_for_a_value_is_no_tag() -> None:
    assert "&lt;path&gt;" in TEXT
    assert "<path>" not in TEXT
