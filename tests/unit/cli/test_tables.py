"""Tables on a terminal: nothing is cut off, however narrow it is."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from narrow import on_terminal, plain
from rich.cells import cell_len
from rich.console import Console

from tehon.cli.tables import parts
from tehon.records.corpus import Example
from tehon.records.reporting import TextTable

MODELS = (
    "Gemma 3 270M base (dequantised Q4_K_M)",
    "the same, tuned by this demo",
    "llm-jp/llm-jp-3-980m-instruct3-with-a-very-long-name",
    "日本語の名前がついているとても長い名前のモデル、二回目の調整",
)
ROWS = ("jcommonsenseqa 3-shot (0.2): accuracy", "ordinary_questions: perplexity item with end")
WIDE = TextTable(
    title="Base and tuned models side by side",
    columns=("", "majority", *MODELS),
    rows=tuple((name, "0.553", *(f"{0.4 + place / 100:.3f} ±0.029*" for place in range(len(MODELS)))) for name in ROWS),
)


def drawn(table: TextTable, width: int) -> list[list[str]]:
    found = []
    for part in parts(table, width):
        console = Console(width=width, record=True, color_system=None, file=None, soft_wrap=False)
        with console.capture() as captured:
            console.print(part)
        found.append(captured.get().splitlines())
    return found


def cells(lines: list[str]) -> str:
    """Everything in the table in the order of its columns, without what folding put between."""
    inner = [re.split("[│┃]", line)[1:-1] for line in lines if line[:1] in {"│", "┃"}]
    return "".join("".join(text.strip() for text in column) for column in zip(*inner, strict=True)).replace(" ", "")


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_a_wide_table_goes_on_below_itself_and_loses_no_letter(width: int) -> None:
    shown = drawn(WIDE, width)
    assert all(cell_len(line) <= width for lines in shown for line in lines)
    whole = "".join(map(cells, shown))
    for text in (*WIDE.columns, *(text for row in WIDE.rows for text in row)):
        assert text.replace(" ", "") in whole
    assert "…" not in whole


def test_a_table_that_fits_is_one_table() -> None:
    assert len(drawn(WIDE, 200)) == 1
    assert len(drawn(WIDE, 80)) > 1
    titles = [lines[0] for lines in drawn(WIDE, 80)]
    assert titles[0].startswith("Base and tuned")
    assert all(not title.startswith("Base and tuned") for title in titles[1:])


def test_a_table_of_one_column_is_shown() -> None:
    assert drawn(TextTable(title="", columns=("name",), rows=(("一",),)), 80)


def test_colours_are_for_terminals_whose_reader_wants_them(
    make_release: Callable[..., Path], few_examples: list[Example], tmp_path: Path
) -> None:
    folder = make_release(tmp_path / "release", few_examples)
    assert "\x1b[1m" in on_terminal("show", folder)
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", on_terminal("show", folder, NO_COLOR="1"))
    command = [sys.executable, "-m", "tehon", "show", str(folder)]
    assert b"\x1b" not in subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def test_facts_fold_instead_of_being_cut(
    make_release: Callable[..., Path], few_examples: list[Example], tmp_path: Path
) -> None:
    folder = make_release(tmp_path / "release", few_examples)
    shown = plain(on_terminal("show", folder, columns=50))
    table = [line for line in shown.splitlines() if line[:1] in {"│", "┃"}]
    assert max(map(cell_len, table)) <= 50
    digest = re.search(r"[0-9a-f]{64}", cells(table))
    assert digest
