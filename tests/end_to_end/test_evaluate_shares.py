"""Several processes answer one suite, each its share, to the bytes of one process."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tehon.errors import UsageError
from tehon.evaluate import session
from tehon.evaluate.choose import Overrides, choose_suite
from tehon.evaluate.kept import FOLDER
from tehon.evaluate.run import SCORES, evaluate, evaluate_share
from tehon.evaluate.share import Share, named_share
from tehon.evaluate.spread import evaluate_on
from tehon.evaluate.subject import Subject
from tehon.executors import EXECUTORS
from tehon.storage.items import ITEMS
from tehon.storage.manifest import MANIFEST
from tehon.tasks import TASKS

SUITE = choose_suite("jnli+marc_ja+qualitative", Overrides(shots=(0,), limit=3))
SUBJECT = Subject(base="tiny:llama", precision="fp32")


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    for name in ("jnli", "marc_ja"):
        (folder / name).mkdir()
        for file, content in TASKS[name].sample.items():
            (folder / name / file).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def alone(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one process comes to."""
    out = tmp_path_factory.mktemp("alone") / "out"
    evaluate(SUITE, SUBJECT, out, raw=raw)
    return out


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in (ITEMS, SCORES)}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_whoever_is_last_scores_what_all_have_answered(
    order: Sequence[int], raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "CHUNK_ITEMS", 1)
    evaluate(SUITE, SUBJECT, tmp_path / "alone", raw=raw)
    out, found = tmp_path / "out", []
    for rank in order:
        found.append(evaluate_share(SUITE, SUBJECT, out, Share(rank=rank, world=3), raw=raw))
        answers = list((out / FOLDER).rglob("*.json"))
        assert len(answers) == (3 * len(found) if len(found) < 3 else 0)
    assert found[:2] == [None, None]
    assert found[2]
    assert contents(out) == contents(tmp_path / "alone")
    assert evaluate_share(SUITE, SUBJECT, out, Share(rank=0, world=3), raw=raw) == found[2]


def test_where_a_share_died_another_number_of_processes_goes_on(raw: Path, alone: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert evaluate_share(SUITE, SUBJECT, out, Share(rank=1, world=3), raw=raw) is None
    assert not (out / MANIFEST).exists()
    evaluate(SUITE, SUBJECT, out, raw=raw)
    assert contents(out) == contents(alone)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_the_workers_of_an_executor_come_to_the_same_bytes(
    executor: str, raw: Path, alone: Path, tmp_path: Path
) -> None:
    if executor == "ray":
        pytest.importorskip("ray", reason="Ray is not installed")
    evaluate_on(executor, 2, SUITE, SUBJECT, tmp_path / "out", raw=raw)
    assert contents(tmp_path / "out") == contents(alone)


def test_a_launcher_starts_processes_and_one_table_is_printed(raw: Path, alone: Path, tmp_path: Path) -> None:
    words = ["evaluate", SUITE.name, "--model", SUBJECT.base, "--precision", "fp32", "--shots", "0", "--limit", "3"]
    launcher = ["--launch", "torchrun --standalone --nproc_per_node 2"]
    done = subprocess.run(
        [sys.executable, "-m", "tehon", *words, "--raw", str(raw), "--out", "out", *launcher],
        cwd=tmp_path,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "out") == contents(alone)
    assert done.stdout.count("positions computed: out") == 1


@pytest.mark.parametrize("text", ["1", "2/2", "a/2", "-1/2", "0/0"])
def test_a_share_is_a_number_and_how_many_there_are(text: str) -> None:
    with pytest.raises(UsageError, match="must be a number from 0 and how many there are"):
        named_share(text)
