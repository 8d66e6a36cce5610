"""The Japanese README says what the English one says: the same headings, blocks, tables and links."""

import re

import pytest
from command_blocks import ROOT

ENGLISH, JAPANESE = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.ja.md"))
SAME = {
    "headings": r"^(#+) ",
    "blocks": r"^((?:<!-- not run: [^\n]* -->\n)?```\w*\n(?s:.*?)^```)$",
    "tables, row by row": r"^(\|)",
    "links": r"\]\((?!README)([^)\s]+)\)",
    "pictures": r"!\[[^\]]*\]\(([^)\s]+)\)",
    "rules": r"^(- )\*\*",
}


@pytest.mark.parametrize("pattern", SAME.values(), ids=SAME.keys())
def test_both_readmes_have_the_same(pattern: str) -> None:
    assert re.findall(pattern, JAPANESE, re.MULTILINE) == re.findall(pattern, ENGLISH, re.MULTILINE)


def test_commands_named_in_a_table_are_the_same() -> None:
    verbs = re.compile(r"`(tehon [a-z]+)")
    assert verbs.findall(JAPANESE) == verbs.findall(ENGLISH)


def test_they_know_each_other() -> None:
    assert "](README.ja.md)" in ENGLISH
    assert "](README.md)" in JAPANESE
