"""Raw folders made of the tasks' own samples, and a way to evaluate without torch."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tehon.engine.protocol import Model
from tehon.engine.scripted import Scripted
from tehon.evaluate.loader import InMemory, Loader
from tehon.evaluate.run import evaluate
from tehon.evaluate.subject import Subject
from tehon.records.evaluation import Cell, Suite
from tehon.records.scores import Scores
from tehon.tasks import TASKS

Evaluate = Callable[..., Scores]


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """The samples of the paper's tasks, as if they were the corpora."""
    folder = tmp_path / "raw"
    for name in ("jnli", "marc_ja", "vqa"):
        (folder / name).mkdir(parents=True)
        for file, content in TASKS[name].sample.items():
            (folder / name / file).write_bytes(content)
    return folder


@pytest.fixture
def run(raw: Path, tmp_path: Path) -> Evaluate:
    """Evaluates cells on the n-gram model, or on another one."""

    def evaluate_cells(
        *cells: Cell,
        out: str = "out",
        model: Model | None = None,
        adapter: Path | None = None,
        loader: Loader | None = None,
        settings: tuple[str, ...] = (),
        **suite_fields: Any,
    ) -> Scores:
        fields = {"name": "test", "protocol": "paper", **suite_fields}
        suite = Suite(cells=cells, settings=settings, **fields)
        subject = Subject(base="scripted", adapter=adapter)
        loader = loader or InMemory(model or Scripted())
        return evaluate(suite, subject, tmp_path / out, raw=raw, loader=loader)

    return evaluate_cells
