"""Where shots come from, and what is wrong with that."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tehon.errors import RawFileMissing, UsageError
from tehon.evaluate.planner import content
from tehon.records.evaluation import Cell
from tehon.records.scores import ItemResult, Scores
from tehon.storage.items import ITEMS, read_items
from tehon.storage.manifest import read_manifest
from tehon.tasks import TASKS

Evaluate = Callable[..., Scores]


def items(folder: Path) -> list[ItemResult]:
    return list(read_items(folder / ITEMS, ItemResult))


@pytest.fixture
def shots(raw: Path, tmp_path: Path) -> Path:
    """The training split, gone from the raw folder to a file of the user's."""
    file = tmp_path / "mine.json"
    (raw / "jnli" / "train-v1.3.json").rename(file)
    return file


def test_shots_come_from_a_file_where_no_split_can_be_had(run: Evaluate, shots: Path, tmp_path: Path) -> None:
    scores = run(Cell(task="jnli", shots=(2,), shots_from=str(shots)))
    assert scores.scores[0].shots == 2
    premises = {item.fields["premise"] for item in TASKS["jnli"].read(shots, "train")}
    for one in items(tmp_path / "out"):
        assert len(one.shot_ids) == 2
        assert any(premise in one.context for premise in premises)


def test_the_file_s_content_belongs_to_the_result(run: Evaluate, shots: Path, tmp_path: Path) -> None:
    run(Cell(task="jnli", shots=(1,), shots_from=str(shots)), out="one")
    shots.write_bytes(shots.read_bytes().replace("電車".encode(), "汽車".encode()))
    run(Cell(task="jnli", shots=(1,), shots_from=str(shots)), out="other")
    one, other = (read_manifest(tmp_path / name, "scores") for name in ("one", "other"))
    name = f"shots_from/{shots}/mine.json"
    assert one.inputs[name] != other.inputs[name]
    assert one.fingerprint != other.fingerprint


def test_a_file_that_is_not_there_is_named(run: Evaluate) -> None:
    with pytest.raises(RawFileMissing, match=r"nowhere\.json: must be a file that shots come from"):
        run(Cell(task="jnli", shots=(1,), shots_from="nowhere.json"))


def test_shots_have_one_place_to_come_from(run: Evaluate, shots: Path) -> None:
    with pytest.raises(UsageError, match="must have one place that shots come from, but has test and"):
        run(Cell(task="jnli", shots=(1,), shots_split="test", shots_from=str(shots)))


def test_an_item_that_stands_in_the_file_too_is_not_its_own_shot(run: Evaluate, raw: Path, tmp_path: Path) -> None:
    # Every scored item stands in the file as well, in wide letters and with a space more.
    valid = raw / "jnli" / "valid-v1.3.json"
    mine = tmp_path / "mine.json"
    mine.write_bytes(valid.read_bytes().replace("犬が海辺".encode(), "犬が 海辺".encode()) + valid.read_bytes())
    scores = run(Cell(task="jnli", shots=(4,), shots_from=str(mine)))
    asked = {item.example.id: item.fields["hypothesis"] for item in TASKS["jnli"].read(valid, "valid")}
    for one in items(tmp_path / "out"):
        assert one.context.count(f"仮説：{asked[one.item]}") == 1
    assert all(any(flag.startswith("own_shot:") for flag in score.flags) for score in scores.scores)


def test_a_content_is_what_is_asked_however_it_is_written(raw: Path) -> None:
    first, *others = TASKS["jnli"].read(raw / "jnli" / "valid-v1.3.json", "valid")
    assert len({content(item) for item in (first, *others)}) == 1 + len(others)


def test_several_seeds_give_a_line_each_and_their_mean_before_them(run: Evaluate, tmp_path: Path) -> None:
    scores = run(Cell(task="jnli", shots=(0, 2)), settings=("seeds=[1, 2, 3]", "shots=fixed"))
    lines = [(score.shots, score.seed) for score in scores.scores if score.metric == "accuracy"]
    assert lines == [(0, None), (2, None), (2, 1), (2, 2), (2, 3)]
    found = items(tmp_path / "out")
    assert len(found) == scores.items == 3 + 3 * 3
    assert {one.seed for one in found if one.shots} == {1, 2, 3}
