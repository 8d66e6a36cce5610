"""`tehon chat` in a pipe: what is said, shown and saved."""

import json
import subprocess
import sys
from pathlib import Path

from tehon.formats.conversations import layout_of

COMMAND = [sys.executable, "-m", "tehon", "chat", "--model", "tiny:llama", "--max-new-tokens", "8"]


def talk(*lines: str) -> "subprocess.CompletedProcess[str]":
    said = "\n".join(lines) + "\n"
    return subprocess.run(COMMAND, input=said, capture_output=True, text=True, check=False, timeout=120)


def test_a_talk_is_answered_shown_to_the_letter_and_saved(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    ended = talk("/prompt", "/system 詩人です", "こんにちは", "/prompt", "二番目", f"/save {path}", "/nothing", "/quit")
    assert ended.returncode == 0, ended.stderr
    assert "nothing was asked yet" in ended.stdout
    assert "### 指示:\nこんにちは" in ended.stdout
    assert "there is no such command" in ended.stderr
    saved = json.loads(path.read_text("utf-8"))
    assert [turn["role"] for turn in saved["messages"]] == ["system", "user", "assistant", "user", "assistant"]
    assert layout_of(saved) == "messages"
    assert saved["messages"][2]["content"][:4] in ended.stdout


def test_a_pipe_gets_no_prompt_and_no_colours() -> None:
    ended = talk("/adapter off", "/new")
    assert ended.returncode == 0
    assert ended.stdout == ""
    assert "there is no adapter" in ended.stderr
    assert "\x1b[" not in ended.stderr
