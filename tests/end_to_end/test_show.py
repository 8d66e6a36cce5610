"""`tehon show` on whatever a stage has finished."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tehon.records.corpus import Example


def show(*arguments: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tehon", "show", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **environment}
    )


def test_a_release_is_a_table_of_facts(
    make_release: Callable[..., Path], few_examples: list[Example], tmp_path: Path
) -> None:
    folder = make_release(tmp_path / "release", few_examples)
    told = show(folder).stdout
    assert "examples" in told
    assert "40" in told
    assert "by source" in told
    assert "test 40" in told
    assert json.loads(show(folder, "--json").stdout)["examples"] == 40


def test_no_colour_is_written_where_nobody_wants_it(
    make_release: Callable[..., Path], few_examples: list[Example], tmp_path: Path
) -> None:
    folder = make_release(tmp_path / "release", few_examples)
    assert "\x1b[" not in show(folder).stdout
    assert "\x1b[38" not in show(folder, NO_COLOR="1", FORCE_COLOR="1").stdout


def test_what_is_not_finished_or_of_another_edition_is_one_sentence(tmp_path: Path) -> None:
    ended = show(tmp_path)
    assert ended.returncode == 3
    assert "must be a finished result" in ended.stderr
    (tmp_path / "manifest.json").write_text(
        '{"kind":"scores","fingerprint":"","config":{},"inputs":{},"files":{},"result":{},'
        '"provenance":{"version":"0","python":"3","packages":{}}}',
        "utf-8",
    )
    ended = show(tmp_path)
    assert ended.returncode == 3
    assert "must hold a result of its kind" in ended.stderr
    assert "Traceback" not in ended.stderr
