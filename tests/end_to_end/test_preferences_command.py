"""`tehon preferences`: from the file of votes to tables and JSON."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tehon.records.preferences import Vote


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    path = tmp_path / "votes.jsonl"
    with path.open("wb") as stream:
        for item in range(12):
            vote = Vote(
                voter="花子",
                matchup=str(item),
                item=f"quiz/{item}",
                models=("calm-7b", "calm-7b-tuned"),
                choice="b" if item % 4 else "a",
                time="2026-01-01T00:00:00Z",
            )
            stream.write(msgspec.json.encode(vote) + b"\n")
    return path


def tell(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tehon", "preferences", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_votes_become_tables_of_eighty_columns(votes: Path) -> None:
    told = tell(str(votes)).stdout
    assert "What people preferred" in told
    assert "25.0 %" in told
    table = [line for line in told.splitlines() if line.startswith(("│", "┃", "┏"))]
    assert max(map(len, table)) <= 80
    assert "\x1b[" not in told


def test_as_json_they_are_a_record(votes: Path) -> None:
    found = json.loads(tell("--json", str(votes)).stdout)
    assert found["votes"] == 12
    assert found["pairs"][0]["win_rate"] == 0.25
    assert [strength["model"] for strength in found["strengths"]] == ["calm-7b-tuned", "calm-7b"]


def test_several_files_are_counted_together_and_a_vote_once(votes: Path) -> None:
    assert json.loads(tell("--json", str(votes), str(votes)).stdout)["votes"] == 12


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    ended = tell(str(tmp_path / "none.jsonl"))
    assert ended.returncode == 3
    assert "must be a file of votes" in ended.stderr
