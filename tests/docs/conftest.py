"""Plays the commands of a document as a reader would type them, in a folder of their own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_blocks import ROOT, Block

IMPORTABLE = ROOT / "tests" / "importable"
SECONDS = 300
TEHON = """#!/bin/sh
case "$1" in
  serve) exec {python} {folder}/look_at_pages.py "$@" ;;
  *) exec {python} -S -E {folder}/warm_tehon.py call {door} "$@" ;;
esac
"""
"""The `tehon` that pages find: loaded already; a server is looked at once and ended."""
TINY = "tehon demo --tiny --out out/tiny"
"""What several pages begin with; it is made once, and each finds it finished."""


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[dict[str, str]]:
    """An environment whose `tehon` is quick to start, with one thread, and whose `pip` installs beside the tests."""
    folder = tmp_path_factory.mktemp("shell")
    (folder / "bin").mkdir()
    (folder / "site").mkdir()
    door = folder / "door"
    script = folder / "bin" / "tehon"
    script.write_text(TEHON.format(python=sys.executable, folder=IMPORTABLE, door=door), "utf-8")
    script.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(folder / "site"),
        "OMP_NUM_THREADS": "1",
        "TEHON_CACHE": str(model_cache),
        "PIP_TARGET": str(folder / "site"),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's way to say that there is none
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }
    command = [sys.executable, str(IMPORTABLE / "warm_tehon.py"), "serve", str(door)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        yield environment


@pytest.fixture(scope="session")
def tiny_demo(shell: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """The folder `out` with the tiny demo in it, made when it is first asked for."""
    folder = tmp_path_factory.mktemp("tiny_demo")

    def made() -> Path:
        if not (folder / "out").exists():
            _run(TINY, folder, shell)
        return folder / "out"

    return made


@pytest.fixture
def play(shell: dict[str, str], tiny_demo: Callable[[], Path], tmp_path: Path) -> Callable[[list[Block]], None]:
    """Plays a page's blocks in one shell, one after the other, in a copy of what the repository gives a reader."""

    def run(blocks: list[Block]) -> None:
        (tmp_path / "docs").mkdir()
        shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
        if any(TINY in block.text for block in blocks):
            shutil.copytree(tiny_demo(), tmp_path / "out")
        said = "\n".join(f"echo '=== {block}' >&2\n{block.text}" for block in blocks)
        printed = _run(said, tmp_path, shell)
        for block in blocks:
            assert block.told in printed, f"{block} does not print what stands below it"

    return run


def _run(script: str, folder: Path, environment: dict[str, str]) -> str:
    """What a script says, which must not fail in any command."""
    command = ["bash", "-euo", "pipefail", "-c", script]
    ended = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-6000:]
    return ended.stdout
