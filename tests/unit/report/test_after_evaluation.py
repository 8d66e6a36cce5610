"""The real way: the n-gram model evaluated on the tasks' own samples, then reported."""

from pathlib import Path

import pytest

from tehon.engine.scripted import Scripted
from tehon.evaluate.loader import InMemory
from tehon.evaluate.run import evaluate
from tehon.evaluate.subject import Subject
from tehon.records.evaluation import Cell, Suite
from tehon.report.run import report
from tehon.report.terminal import side_by_side
from tehon.tasks import TASKS

SUITE = Suite(
    name="test",
    protocol="paper",
    cells=(
        Cell(task="jnli", templates=("0.2",), shots=(1,)),
        Cell(task="vqa"),
        Cell(task="qualitative", max_new_tokens=24),
    ),
)


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """Two models' scores: one that has read little, and one that has read nothing."""
    for name in ("jnli", "vqa"):
        (tmp_path / "raw" / name).mkdir(parents=True)
        for file, content in TASKS[name].sample.items():
            (tmp_path / "raw" / name / file).write_bytes(content)
    models = {"models/reader": Scripted(), "models/stranger": Scripted(texts=("あ",))}
    for base, model in models.items():
        out = tmp_path / Path(base).name
        evaluate(SUITE, Subject(base=base), out, raw=tmp_path / "raw", loader=InMemory(model))
    return [tmp_path / name for name in ("reader", "stranger")]


def test_what_evaluation_wrote_becomes_a_report_with_every_cell(folders: list[Path], tmp_path: Path) -> None:
    written = report(folders, tmp_path / "report")
    table = side_by_side(written)
    assert [row[0] for row in table.rows] == [
        "jnli 1-shot: accuracy",
        "vqa: perplexity per item with end",
        "vqa: perplexity per item",
        "qualitative: ends by itself",
    ]
    assert table.columns[3:] == ("reader", "stranger")
    assert all("–" not in cell for row in table.rows for cell in row[3:])
    assert len(written.samples) == 10
    assert written.samples[0].prompt == "あなたは誰ですか？"
    assert {confusion.model for confusion in written.confusions} == {"reader", "stranger"}
