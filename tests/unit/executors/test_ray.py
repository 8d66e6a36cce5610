"""Ray: clusters that are there, that are not, and that lose a node."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tehon.errors import PackageMissing
from tehon.executors.ray import EXECUTOR

run = EXECUTOR.run


@pytest.fixture(autouse=True, scope="module")
def path_of_workers() -> Iterator[None]:
    """Ray's workers have their path from the node that starts them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2] / "importable"))
        yield


@pytest.fixture(scope="module")
def ray() -> Any:
    """The package."""
    return pytest.importorskip("ray")


@pytest.fixture(scope="module")
def cluster(ray: Any) -> Iterator[Any]:
    """A cluster of one node with one core."""
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - an extra

    assert not ray.is_initialized()
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_ADDRESS", cluster.address)
        yield cluster
    cluster.shutdown()


def test_without_the_package_the_error_says_how_to_get_it(
    killable: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(PackageMissing, match=r"Run pip install 'tehon\[ray\]'"):
        list(run(killable.reverse, {"task": b""}, 1))


def test_where_there_is_no_cluster_one_is_started_and_ended_in_silence(
    ray: Any, killable: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "local")
    answers = dict(run(killable.process, {"a": b"", "b": b""}, 2))
    assert not ray.is_initialized()
    assert all(killable.gone(int(answer)) for answer in answers.values() if isinstance(answer, bytes))
    assert capfd.readouterr() == ("", "")


def test_a_node_that_is_lost_loses_no_task(cluster: Any, killable: ModuleType, tmp_path: Path) -> None:
    node = cluster.add_node(num_cpus=2)

    def lose() -> None:
        workers = killable.begun(tmp_path, 3)  # one on the first node, two on the other
        cluster.remove_node(node, allow_graceful=False)
        killable.until(lambda: [killable.alive(worker) for worker in workers].count(False) == 2)
        (tmp_path / "go").touch()

    tasks = {name: bytes(tmp_path / name) for name in "abcdef"}
    with ThreadPoolExecutor(1) as thread:
        losing = thread.submit(lose)
        answers = list(run(killable.wait_for_go, tasks, 3))
        losing.result()
    assert sorted(answers) == [(name, name.encode()) for name in tasks]
    assert len(killable.begun(tmp_path, 0)) == len(tasks) + 2


def test_a_connection_that_was_there_before_is_there_afterwards(cluster: Any, ray: Any, killable: ModuleType) -> None:
    ray.init(address=cluster.address, log_to_driver=False)
    assert dict(run(killable.reverse, {"task": b"ab"}, 2)) == {"task": b"ba"}
    assert ray.is_initialized()
    ray.shutdown()
