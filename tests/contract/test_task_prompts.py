"""What models read, letter by letter: golden files, reviewed against the published prompts."""

from pathlib import Path
from typing import Protocol

import pytest

from tehon.evaluate.jobs import frame
from tehon.evaluate.requests import context
from tehon.formats.labelled import OURS
from tehon.prompts import choices
from tehon.records.evaluation import Item, Task, TaskPrompt
from tehon.storage.raw import find_raw
from tehon.tasks import TASKS


class Golden(Protocol):
    """Compares text with its golden file."""

    def check(self, name: str, text: str) -> None: ...


LINES = [(name, version) for name, task in TASKS.items() for version in task.prompts]
LINES += [("jnli", "alpaca_ja"), ("vqa", "vqa_ja"), ("vqa", "vqa_en"), ("qualitative", "alpaca_ja")]
LINES += [("mt_bench_ja", "alpaca_ja"), ("vicuna_qa_ja", "alpaca_ja"), ("elyza_tasks_100", "alpaca_ja")]
LINES += [(name, "alpaca_ja") for name, task in TASKS.items() if OURS in task.prompts or task.kind == "extraction"]


def read(task: Task, split: str, raw: Path) -> list[Item]:
    for file, content in task.sample.items():
        path = raw / task.name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    found = Path() if task.embedded else find_raw(raw, task.name, task.splits, split)
    return list(task.read(found, split))


@pytest.mark.parametrize("shots", [0, 2])
@pytest.mark.parametrize(("name", "version"), LINES)
def test_contexts_are_what_they_were(name: str, version: str, shots: int, tmp_path: Path, golden: Golden) -> None:
    task = TASKS[name]
    scored = read(task, task.split, tmp_path)
    others = read(task, task.shots_split, tmp_path) if task.shots_split else scored[::-1]
    strings = frame(task, version)
    text = context(strings, scored[0], tuple(others[:shots]))
    offered = choices(strings if isinstance(strings, TaskPrompt) else None, scored[0])
    ending = f"\n[choices] {' | '.join(offered)}\n" if offered else "\n"
    golden.check(f"tasks/{name}/{version}.{shots}-shot.txt", f"{text}[model]{ending}")
