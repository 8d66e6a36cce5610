"""Every number of an evaluation follows from its rows alone."""

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from tehon.engine.scripted import Scripted
from tehon.evaluate.loader import InMemory
from tehon.evaluate.run import evaluate
from tehon.evaluate.seeds import with_means
from tehon.evaluate.session import KINDS
from tehon.evaluate.subject import Subject
from tehon.records.evaluation import Cell, Suite
from tehon.records.scores import STOOD_IN, ItemResult, Score, Scores
from tehon.storage.items import ITEMS, read_items, schema
from tehon.storage.raw import STAND_IN
from tehon.tasks import TASKS

Evaluate = Callable[..., Scores]
CELLS = (
    Cell(task="jnli", templates=("0.3", "alpaca_ja"), shots=(0, 2)),
    Cell(task="marc_ja", shots=(1,)),
    Cell(task="jcommonsenseqa", shots=(0,)),
    Cell(task="vqa", templates=("vqa_ja",)),
    Cell(task="jsquad", shots=(0,)),
    Cell(task="jsts", shots=(0,)),
    Cell(task="qualitative", max_new_tokens=8),
)


@pytest.fixture
def finished(tmp_path: Path) -> Callable[[str], tuple[Scores, Path]]:
    """Evaluates every kind of task; MARC-ja's data stand in."""

    def run(settings: str) -> tuple[Scores, Path]:
        raw = tmp_path / "raw"
        for task in {cell.task for cell in CELLS if not TASKS[cell.task].embedded}:
            for file, content in TASKS[task].sample.items():
                (raw / task / file).parent.mkdir(parents=True, exist_ok=True)
                (raw / task / file).write_bytes(content)
        (raw / "marc_ja" / STAND_IN).write_text("Sentences written for this test.", "utf-8")
        suite = Suite(name="all", protocol="tehon", settings=(settings,), cells=CELLS)
        out = tmp_path / "out"
        return evaluate(suite, Subject(base="scripted"), out, raw=raw, loader=InMemory(Scripted())), out

    return run


def computed(path: Path) -> Iterator[Score]:
    """The scores of the rows, without what only the model or the data around them can say."""

    def scored() -> Iterator[Score]:
        rows = read_items(path, ItemResult)
        for (task, _, _, seed), cell in groupby(rows, key=lambda row: (row.task, row.template, row.shots, row.seed)):
            kind = TASKS[task.removesuffix(STOOD_IN)].kind
            for score in list(KINDS[kind].score(row for row in cell if not row.skipped)):
                yield replace(score, seed=seed)

    return (bare(score) for score in with_means(scored()))


def bare(score: Score) -> Score:
    return replace(score, flags=tuple(flag for flag in score.flags if flag == "constant"), lengths=None)


@pytest.mark.parametrize("settings", ["answer=both", "seeds=[1,2,3]", "norm=token"])
def test_every_score_is_computed_again_from_the_rows(
    finished: Callable[[str], tuple[Scores, Path]], settings: str
) -> None:
    scores, out = finished(settings)
    assert {TASKS[cell.task].kind for cell in CELLS} == set(KINDS)
    assert list(computed(out / ITEMS)) == [bare(score) for score in scores.scores]


def test_a_row_says_what_was_read_and_what_every_choice_is_worth(
    finished: Callable[[str], tuple[Scores, Path]],
) -> None:
    _, out = finished("answer=likelihood")
    rows = [row for row in read_items(out / ITEMS, ItemResult) if row.task == "jnli" and row.shots == 2]
    for row in rows:
        assert len(row.shot_ids) == 2
        assert len(row.choices) == len(row.logprobs) == len(row.choice_tokens) == 3
        assert row.context
        # The scripted model's tokens are characters.
        assert row.choice_tokens == tuple(map(len, row.choices))


def test_any_reader_of_parquet_reads_the_rows(finished: Callable[[str], tuple[Scores, Path]]) -> None:
    scores, out = finished("answer=likelihood")
    table = pq.read_table(out / ITEMS)
    assert table.num_rows == scores.items
    assert table.schema.names == schema().names == list(ItemResult.__struct_fields__)
