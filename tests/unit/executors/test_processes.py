"""Local processes: every way in which a worker or its driver can go."""

import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from tehon.errors import UsageError
from tehon.executors import processes
from tehon.records.execution import TRIES, Crashed

run = processes.EXECUTOR.run
DRIVER = """
import sys
sys.path.insert(0, sys.argv[1])
import killable
from tehon.executors.processes import EXECUTOR
for name, _ in EXECUTOR.run(killable.wait_for_go, {name: f"{sys.argv[2]}/{name}".encode() for name in "ab"}, 2):
    print(name)
"""


def work_of_this_test(argument: bytes) -> bytes:
    return argument


def driver(killable: ModuleType, folder: Path) -> "subprocess.Popen[str]":
    """A process of its own that runs two tasks, once both have begun."""
    command = [sys.executable, "-c", DRIVER, str(Path(str(killable.__file__)).parent), str(folder)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    killable.begun(folder, 2)
    return process


def test_a_killed_driver_leaves_no_worker_at_its_task(killable: ModuleType, tmp_path: Path) -> None:
    with driver(killable, tmp_path) as process:
        process.kill()
        assert all(killable.gone(worker) for worker in killable.begun(tmp_path, 2))
        assert process.communicate() == ("", "")


def test_ctrl_c_is_heard_by_the_driver_alone(killable: ModuleType, tmp_path: Path) -> None:
    with driver(killable, tmp_path) as process:
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate()
        assert all(killable.gone(worker) for worker in killable.begun(tmp_path, 2))
    assert said[0] == ""
    assert said[1].count("Traceback") == 1
    assert said[1].splitlines()[-1] == "KeyboardInterrupt"


def test_workers_are_kept_from_task_to_task_and_none_is_left_in_the_end(killable: ModuleType) -> None:
    answers = dict(run(killable.process, dict.fromkeys("abcdefghij", b""), 2))
    workers = {int(answer) for answer in answers.values() if isinstance(answer, bytes)}
    assert len(answers) == 10
    assert 1 <= len(workers) <= 2
    assert all(killable.gone(worker) for worker in workers)


def test_answers_that_nobody_holds_any_more_leave_no_worker(killable: ModuleType, tmp_path: Path) -> None:
    quick = tmp_path / "quick"
    quick.mkdir()
    (quick / "go").touch()
    answers = run(killable.wait_for_go, {"quick": bytes(quick / "a"), "slow": bytes(tmp_path / "b")}, 2)
    assert next(answers) == ("quick", b"a")
    [worker] = killable.begun(tmp_path, 1)
    del answers
    assert killable.gone(worker)


def test_an_error_ends_the_workers_that_are_at_other_tasks(killable: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(InterruptedError):
        list(run(killable.wait_for_go, {name: bytes(tmp_path / name) for name in ("slow", "broken")}, 2))
    assert all(killable.gone(worker) for worker in killable.begun(tmp_path, 2))


def test_an_error_that_cannot_travel_is_told_in_words(killable: ModuleType) -> None:
    with pytest.raises(RuntimeError, match=r"in fail_beyond_pickling(.|\n)*ValueError: .'no number'"):
        list(run(killable.fail_beyond_pickling, {"task": b""}, 1))


def test_sys_exit_is_a_death(killable: ModuleType) -> None:
    answers = dict(run(killable.leave, {"task": b""}, 1))
    assert answers == {"task": Crashed(tries=TRIES, how="the worker exited with status 5")}


def test_a_death_is_named_by_its_signal(killable: ModuleType, tmp_path: Path) -> None:
    answers = dict(run(killable.die_often, {"task": f"{tmp_path / 'tally'}\n9\nSIGSEGV".encode()}, 1))
    assert answers == {"task": Crashed(tries=TRIES, how="the worker was ended by signal 11, Segmentation fault")}


def test_a_death_is_heard_of_while_a_child_holds_the_line(
    killable: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "LOOK_SECONDS", 0.1)
    answers = dict(run(killable.die_as_a_parent, {"task": b""}, 2))
    assert answers == {"task": Crashed(tries=TRIES, how="the worker was ended by signal 9, Killed")}


@pytest.fixture
def stillborn(killable: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """Work whose import kills a worker as often as there are files in a folder."""
    assert killable
    module = import_module("stillborn")
    monkeypatch.setenv(module.FOLDER, str(tmp_path))
    return module


def test_workers_that_die_before_they_begin_are_no_task_s_fault(stillborn: ModuleType, tmp_path: Path) -> None:
    for number in range(2 * TRIES - 1):
        (tmp_path / str(number)).touch()
    assert dict(run(stillborn.reverse, {"first": b"ab", "second": b"cd"}, 2)) == {"first": b"ba", "second": b"dc"}
    assert not list(tmp_path.iterdir())


def test_workers_that_never_begin_are_an_error_and_no_endless_loop(stillborn: ModuleType, tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / str(number)).touch()
    with pytest.raises(UsageError, match=r"die before they begin \(the worker was ended by signal 9, Killed\)"):
        list(run(stillborn.reverse, {"first": b"ab", "second": b"cd"}, 2))
    assert len(list(tmp_path.iterdir())) == 100 - 2 * TRIES


def test_work_that_a_worker_cannot_import_is_an_error_of_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_of_this_test, "__module__", "no.such.module")
    with pytest.raises(ModuleNotFoundError, match="No module named 'no'"):
        list(run(work_of_this_test, {"task": b""}, 1))


def test_work_must_be_a_function_of_a_module() -> None:
    def local(argument: bytes) -> bytes:
        return argument

    for work in (local, lambda argument: argument):
        with pytest.raises(TypeError, match="must be a function of a module"):
            list(run(work, {"task": b""}, 1))


def test_a_worker_is_one_thread_wide(killable: ModuleType) -> None:
    assert dict(run(killable.threads, {"task": b""}, 1)) == {"task": b"1"}


def test_what_work_prints_stays_out_of_the_driver_s_output(
    killable: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    assert dict(run(killable.talk, {"task": b"hello"}, 1)) == {"task": b"hello"}
    assert capfd.readouterr() == ("", "hello")


def test_starting_and_dying_say_nothing(
    killable: ModuleType, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    list(
        run(
            killable.die_often,
            {"task": f"{tmp_path / 'tally'}\n9\nSIGSEGV".encode(), "other": f"{tmp_path / 'other'}\n0\n".encode()},
            2,
        )
    )
    assert capfd.readouterr() == ("", "")
