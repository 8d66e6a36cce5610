"""What models read, letter by letter: golden files, reviewed against the published prompts."""

from pathlib import Path
from typing import Protocol

import pytest

from tehon.evaluate.jobs import frame
from tehon.evaluate.requests import context
from tehon.prompts import choices
from tehon.records.evaluation import Item, TaskPrompt
from tehon.storage.raw import split_of
from tehon.tasks import TASKS


class Golden(Protocol):
    """Compares text with its golden file."""

    def check(self, name: str, text: str) -> None: ...


LINES = [(name, version) for name, task in TASKS.items() for version in task.prompts]
LINES += [("jnli", "alpaca_ja"), ("vqa", "vqa_ja"), ("vqa", "vqa_en"), ("qualitative", "alpaca_ja")]


@pytest.mark.parametrize("shots", [0, 2])
@pytest.mark.parametrize(("name", "version"), LINES)
def test_contexts_are_what_they_were(name: str, version: str, shots: int, tmp_path: Path, golden: Golden) -> None:
    task = TASKS[name]
    splits: dict[str, list[Item]] = {}
    for file, content in task.sample.items():
        (tmp_path / file).write_bytes(content)
        splits[split_of(task.splits, tmp_path / file)] = list(task.read(tmp_path / file))
    scored = splits.get(task.split) or list(task.read(tmp_path))
    others = splits.get(task.shots_split, scored[::-1])
    strings = frame(task, version)
    text = context(strings, scored[0], tuple(others[:shots]))
    offered = choices(strings if isinstance(strings, TaskPrompt) else None, scored[0])
    ending = f"\n[choices] {' | '.join(offered)}\n" if offered else "\n"
    golden.check(f"tasks/{name}/{version}.{shots}-shot.txt", f"{text}[model]{ending}")
