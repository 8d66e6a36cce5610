"""Every executor answers for every task exactly once, whatever its workers do."""

import os
import signal
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from tehon.executors import EXECUTORS
from tehon.records.execution import TRIES, Crashed

IN_PROCESS = ("serial",)
"""Executors whose tasks run in the driver's own process, whose death is therefore the driver's."""
outliving = pytest.mark.parametrize("name", [name for name in EXECUTORS if name not in IN_PROCESS])
IMPORTABLE = str(Path(__file__).resolve().parents[1] / "importable")
ALWAYS = 99


@pytest.fixture(scope="module")
def killable() -> Iterator[ModuleType]:
    """Work that workers can import."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(IMPORTABLE)
        patch.setenv("PYTHONPATH", IMPORTABLE)  # Ray's workers have it from their node
        yield import_module("killable")


@pytest.fixture(scope="module")
def cluster(killable: ModuleType) -> Iterator[None]:  # noqa: ARG001 - its path, before the node starts
    """A Ray cluster of one node with two cores, known by its address."""
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - an extra

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_ADDRESS", cluster.address)
        yield
    cluster.shutdown()


@pytest.fixture(autouse=True)
def somewhere_to_run(request: pytest.FixtureRequest) -> None:
    """Start Ray for whom it concerns, and once."""
    if request.node.callspec.params["name"] == "ray":
        request.getfixturevalue("cluster")


def waiting_tasks(folder: Path, number: int) -> dict[str, bytes]:
    """Tasks for `wait_for_go`."""
    return {f"task {task}": bytes(folder / str(task)) for task in range(number)}


@pytest.mark.parametrize("name", EXECUTORS)
def test_the_entry_carries_its_file_name(name: str) -> None:
    assert EXECUTORS[name].name == name
    assert EXECUTORS[name].title


@pytest.mark.parametrize("name", EXECUTORS)
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_task_is_answered_exactly_once(name: str, workers: int, killable: ModuleType) -> None:
    tasks = {f"task {number}": f"{number:04d}".encode() for number in range(20)}
    answers = list(EXECUTORS[name].run(killable.reverse, tasks, workers))
    assert sorted(answers) == sorted((task, argument[::-1]) for task, argument in tasks.items())


@pytest.mark.parametrize("name", EXECUTORS)
def test_no_task_is_no_answer(name: str, killable: ModuleType) -> None:
    assert list(EXECUTORS[name].run(killable.reverse, {}, 2)) == []


@pytest.mark.parametrize("name", EXECUTORS)
def test_empty_and_long_arguments_and_answers_come_through_whole(name: str, killable: ModuleType) -> None:
    tasks = {"empty": b"", "long": bytes(range(256)) * 20_000}
    assert dict(EXECUTORS[name].run(killable.reverse, tasks, 2)) == {"empty": b"", "long": tasks["long"][::-1]}


@pytest.mark.parametrize("name", EXECUTORS)
def test_only_an_executor_that_says_so_shares_the_driver_s_process(name: str, killable: ModuleType) -> None:
    (answer,) = dict(EXECUTORS[name].run(killable.process, {"task": b""}, 1)).values()
    assert (answer == str(os.getpid()).encode()) == (name in IN_PROCESS)


@pytest.mark.parametrize("name", EXECUTORS)
def test_an_error_comes_through_as_itself_and_says_where_it_was_raised(name: str, killable: ModuleType) -> None:
    with pytest.raises(UnicodeDecodeError, match="invalid start byte") as caught:
        list(EXECUTORS[name].run(killable.misread, {"good": b"a", "bad": b"\xff"}, 2))
    assert "in misread" in "".join(traceback.format_exception(caught.value))
    assert dict(EXECUTORS[name].run(killable.reverse, {"next": b"run"}, 2)) == {"next": b"nur"}


@outliving
@pytest.mark.parametrize("workers", [1, 2])
def test_a_task_that_kills_its_worker_twice_is_answered_at_the_third_try(
    name: str, workers: int, killable: ModuleType, tmp_path: Path
) -> None:
    tasks = {str(times): f"{tmp_path / str(times)}\n{times}\nSIGKILL".encode() for times in (0, 1, 2)}
    answers = list(EXECUTORS[name].run(killable.die_often, tasks, workers))
    assert sorted(answers) == [("0", b"alive"), ("1", b"alive"), ("2", b"alive")]
    assert [(tmp_path / times).stat().st_size for times in "012"] == [1, 2, 3]


@outliving
def test_a_task_that_always_dies_is_given_up_and_no_other_is(name: str, killable: ModuleType, tmp_path: Path) -> None:
    ways = {"segmentation fault": "SIGSEGV", "exit": "exit", "killed": "SIGKILL"}
    innocent = {f"innocent {number}": f"{tmp_path / str(number)}\n0\n".encode() for number in range(12)}
    deadly = {task: f"{tmp_path / way}\n{ALWAYS}\n{way}".encode() for task, way in ways.items()}
    answers = list(EXECUTORS[name].run(killable.die_often, deadly | innocent, 2))
    assert sorted(task for task, _ in answers) == sorted(deadly | innocent)
    crashed = {task: answer for task, answer in answers if isinstance(answer, Crashed)}
    assert crashed.keys() == deadly.keys()
    assert {crash.tries for crash in crashed.values()} == {TRIES}
    assert all(crash.how.strip() and len(crash.how.splitlines()) == 1 for crash in crashed.values())
    assert [(tmp_path / way).stat().st_size for way in ways.values()] == [TRIES] * len(ways)
    assert [(tmp_path / str(number)).stat().st_size for number in range(12)] == [1] * 12


@outliving
@pytest.mark.parametrize("deaths", [1, 2], ids=["one worker", "all workers at once"])
def test_workers_killed_from_outside_lose_no_task_and_disturb_no_other(
    name: str, deaths: int, killable: ModuleType, tmp_path: Path
) -> None:
    def kill() -> None:
        for process in killable.begun(tmp_path, 2)[:deaths]:
            os.kill(process, signal.SIGKILL)
        (tmp_path / "go").touch()

    tasks = waiting_tasks(tmp_path, 5)
    with ThreadPoolExecutor(1) as thread:
        killer = thread.submit(kill)
        answers = list(EXECUTORS[name].run(killable.wait_for_go, tasks, 2))
        killer.result()
    assert sorted(answers) == [(f"task {number}", str(number).encode()) for number in range(5)]
    assert len(killable.begun(tmp_path, 0)) == len(tasks) + deaths


@outliving
def test_no_task_goes_on_when_nobody_waits_for_it(name: str, killable: ModuleType, tmp_path: Path) -> None:
    quick = tmp_path / "quick"
    quick.mkdir()
    (quick / "go").touch()
    answers = EXECUTORS[name].run(killable.wait_for_go, {"quick": bytes(quick / "0")} | waiting_tasks(tmp_path, 2), 2)
    assert next(answers) == ("quick", b"0")
    processes = killable.begun(tmp_path, 1)
    answers.close()
    assert all(killable.gone(process) for process in processes)
