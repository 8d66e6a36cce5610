"""A suite by its name, by a file, or by its tasks."""

from pathlib import Path

import pytest

from tehon.errors import BadConfig, UnknownName, UsageError
from tehon.evaluate.choose import Overrides, choose_suite
from tehon.evaluate.jobs import frame
from tehon.recipes import SUITES
from tehon.tasks import TASKS


@pytest.mark.parametrize("name", list(SUITES))
def test_every_shipped_suite_names_what_exists(name: str) -> None:
    suite = choose_suite(name)
    assert suite.name == name
    assert suite.title
    for cell in suite.cells:
        task = TASKS[cell.task]
        for template in cell.templates:
            frame(task, template)
        assert (cell.split or task.split) in task.splits
        if any(cell.shots):
            assert (cell.shots_split or task.shots_split) in task.splits


def test_the_paper_s_table_is_asked_as_the_paper_did() -> None:
    suite = choose_suite("paper_table_2")
    cells = {cell.task: cell for cell in suite.cells}
    assert suite.protocol == "paper"
    for task in ("jnli", "marc_ja"):
        assert (cells[task].templates, cells[task].shots, cells[task].limit) == (("0.2", "0.3"), (1, 2, 3), None)
    assert cells["vqa"].protocol == "paper_vqa"
    five = [cell for cell in suite.cells if cell.task == "qualitative"]
    assert [cell.templates for cell in five] == [(), ("jallm_chat",)]
    assert {(cell.repetition_penalty, cell.max_new_tokens) for cell in five} == {(1.05, 256)}


def test_tasks_are_joined_by_a_plus() -> None:
    suite = choose_suite("jnli+vqa")
    assert [cell.task for cell in suite.cells] == ["jnli", "vqa"]
    assert suite.protocol == "tehon"


def test_a_path_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[[cells]]\ntask = "jnli"\nshots = [2]\n', "utf-8")
    suite = choose_suite(str(path))
    assert (suite.name, suite.cells[0].shots) == ("mine", (2,))


def test_the_command_line_wins_in_every_cell() -> None:
    changes = Overrides(shots=(0, 1), templates=("alpaca_ja",), protocol="tehon", limit=5, shots_split="test")
    suite = choose_suite("paper_table_2", changes)
    assert suite.protocol == "tehon"
    for cell in suite.cells:
        assert (cell.shots, cell.templates, cell.limit) == ((0, 1), ("alpaca_ja",), 5)
        assert (cell.protocol, cell.shots_split) == ("", "test")


def test_nothing_changes_without_overrides() -> None:
    assert choose_suite("paper_table_2", Overrides()) == SUITES["paper_table_2"]


@pytest.mark.parametrize(
    ("asked", "near"), [("jnil", "jnli"), ("jnli+vqaa", "vqa"), ("paper_table_3", "paper_table_2")]
)
def test_an_unknown_name_is_answered_with_near_ones(asked: str, near: str) -> None:
    with pytest.raises(UnknownName, match=near):
        choose_suite(asked)


def test_an_unknown_protocol_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="paper"):
        choose_suite("jnli", Overrides(protocol="papr"))


@pytest.mark.parametrize("limit", [0, -3])
def test_a_limit_below_one_is_an_error(limit: int) -> None:
    with pytest.raises(UsageError, match=f"--limit: must be at least 1, got {limit}"):
        choose_suite("jnli", Overrides(limit=limit))


def test_fewer_than_no_shots_are_an_error() -> None:
    with pytest.raises(UsageError, match="--shots"):
        choose_suite("jnli", Overrides(shots=(1, -1)))


def test_an_unknown_key_in_a_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[[cells]]\ntask = "jnli"\nshot = [2]\n', "utf-8")
    with pytest.raises(BadConfig, match="shot"):
        choose_suite(str(path))
