"""One release from every executor, whatever dies on the way to it."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tehon.build.choose import choose_mixture
from tehon.build.pipeline import build, build_share
from tehon.build.scale import Scale
from tehon.errors import BadRawFile
from tehon.records.release import Mixture, Release, Share
from tehon.sources import SOURCES
from tehon.tasks import TASKS

IMPORTABLE = Path(__file__).resolve().parents[1] / "importable"
PIECES = tuple(f"{number}.jsonl" for number in range(6))
ROWS = 700
"""In a piece."""
SAMPLES = ("jqac", "aio", "jcommonsenseqa", "jsquad", "jaquad", "niilc", "snow", "jsonl")
MIXTURE = f"""
title = "Rows that are dangerous to read, and some that are not"
shard_rows = 500
held_out = ["jnli"]
near_duplicates.threshold = 0.99
[steps.normalise]
[sources.fragile]
limit = 2500
{"".join(f"[sources.{name}]{chr(10)}weight = 1.5{chr(10)}" for name in SAMPLES)}
"""


@pytest.fixture(scope="module")
def killable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Installs a package with the source `fragile`, here and in every worker."""
    site = tmp_path_factory.mktemp("site")
    info = site / "fragile-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fragile\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text("[tehon.sources]\nfragile = fragile\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(IMPORTABLE)
        patch.syspath_prepend(site)
        patch.setenv("PYTHONPATH", f"{site}{os.pathsep}{IMPORTABLE}")
        patch.setenv("TEHON_TEST_CONTROL", str(tmp_path_factory.mktemp("control")))
        vars(SOURCES).pop("modules", None)
        yield import_module("killable")
    vars(SOURCES).pop("modules", None)


@dataclass(frozen=True)
class Case:
    """A mixture, its raw files, and a folder in which pieces are told what to do and say that they have begun."""

    recipe: Path
    mixture: Mixture
    raw: Path
    control: Path

    def build(self, out: Path, **scale: Any) -> Release:
        """Build it in this process."""
        return build(self.mixture, self.raw, out, scale=Scale(**scale))

    def command(self, *more: object) -> list[str]:
        """The command line that builds it."""
        return [sys.executable, "-m", "tehon", "build", str(self.recipe), "--raw", str(self.raw), *map(str, more)]

    def hold(self, *pieces: str) -> None:
        """Let these pieces wait."""
        for piece in pieces:
            (self.control / f"hold-{piece}").touch()

    def release(self) -> None:
        """Let every piece go on."""
        for path in self.control.glob("hold-*"):
            path.unlink()

    def readings(self) -> dict[str, int]:
        """How often each piece has been read so far."""
        counts = Counter(path.name.rpartition("-")[0] for path in self.control.glob("*.begun"))
        return {piece: counts[piece] for piece in PIECES}


@pytest.fixture(scope="module")
def prepared(killable: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The sources' own samples, and pieces with thousands of rows, of which some stand in two pieces."""
    assert killable
    raw = tmp_path_factory.mktemp("raw")
    for name in (*SAMPLES, "jnli"):
        for file, content in (SOURCES[name].sample if name in SOURCES else TASKS[name].sample).items():
            path = raw / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    (raw / "fragile").mkdir()
    for start, piece in enumerate(PIECES):
        numbers = (number % 3000 for number in range(start * ROWS, start * ROWS + ROWS))
        lines = (json.dumps([f"{number:,}の次の数は？", f"{number + 1:,}です。"]) + "\n" for number in numbers)
        (raw / "fragile" / piece).write_text("".join(lines), "utf-8")
    recipe = tmp_path_factory.mktemp("mixtures") / "dangerous.toml"
    recipe.write_text(MIXTURE, "utf-8")
    control = Path(os.environ["TEHON_TEST_CONTROL"])
    return Case(recipe=recipe, mixture=choose_mixture(str(recipe)), raw=raw, control=control)


@pytest.fixture(scope="module")
def expected(prepared: Case, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The release as one process writes it that nothing happens to."""
    out = tmp_path_factory.mktemp("expected") / "out"
    release = prepared.build(out, executor="serial")
    assert release.by_source["fragile"] == 2500
    assert len(list(out.glob("data/*fragile*.parquet"))) == 5
    return contents(out)


@pytest.fixture
def case(prepared: Case, expected: dict[str, bytes]) -> Case:
    """The case, with no piece read, held or deadly."""
    assert expected
    for path in prepared.control.iterdir():
        path.unlink()
    return prepared


@pytest.fixture(scope="module")
def cluster(killable: ModuleType) -> Iterator[Any]:
    """A Ray cluster of one node with one core, known by its address; its workers find the source, too."""
    assert killable
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - an extra

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_ADDRESS", cluster.address)
        yield cluster
    cluster.shutdown()


def contents(out: Path) -> dict[str, bytes]:
    """Every file of a release; its manifest without the machine and the command that made it."""
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    manifest = json.loads(files["manifest.json"])
    del manifest["provenance"]
    return files | {"manifest.json": json.dumps(manifest).encode()}


def meanwhile(happens: Callable[[], None], done: Callable[[], object]) -> None:
    """Do something while something else happens."""
    with ThreadPoolExecutor(1) as thread:
        happening = thread.submit(happens)
        done()
        happening.result()


@pytest.mark.parametrize(("executor", "workers"), [("processes", 1), ("processes", 2), ("processes", 3), ("ray", 2)])
def test_every_executor_writes_the_same_release(
    executor: str,
    workers: int,
    case: Case,
    expected: dict[str, bytes],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    if executor == "ray":
        request.getfixturevalue("cluster")
    case.build(tmp_path / "out", executor=executor, workers=workers)
    assert contents(tmp_path / "out") == expected
    assert case.readings() == dict.fromkeys(PIECES, 1)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_ranks_in_any_order_write_the_same_release(
    order: tuple[int, ...], case: Case, expected: dict[str, bytes], tmp_path: Path
) -> None:
    work = tmp_path / "work"
    for stage in ("sift", "gather"):
        scales = [Scale(executor="serial", work=work, rank=rank, world=3) for rank in order]
        shares = [build_share(case.mixture, case.raw, scale) for scale in scales]
        assert {share.round for share in shares} == {stage}
        assert shares[-1].missing == 0
        assert sum(share.done for share in shares) == shares[0].jobs
    case.build(tmp_path / "out", executor="serial", work=work)
    assert contents(tmp_path / "out") == expected
    assert case.readings() == dict.fromkeys(PIECES, 1)


def test_ranks_at_the_same_time_write_the_same_release(case: Case, expected: dict[str, bytes], tmp_path: Path) -> None:
    shared = case.command("--quiet", "--work", tmp_path / "work")
    for _ in ("sift", "gather"):
        ranks = [subprocess.Popen([*shared, "--rank", str(rank), "--world", "2"]) for rank in range(2)]
        assert [rank.wait() for rank in ranks] == [0, 0]
    subprocess.run([*shared, "--out", str(tmp_path / "out")], check=True)
    assert contents(tmp_path / "out") == expected
    assert case.readings() == dict.fromkeys(PIECES, 1)


def test_workers_killed_at_their_pieces_change_no_byte(
    case: Case, expected: dict[str, bytes], killable: ModuleType, tmp_path: Path
) -> None:
    def kill() -> None:
        for worker in killable.begun(case.control, 2):
            os.kill(worker, signal.SIGKILL)
        case.release()

    case.hold(*PIECES[:2])
    meanwhile(kill, lambda: case.build(tmp_path / "out", executor="processes", workers=2))
    assert contents(tmp_path / "out") == expected
    assert case.readings() == dict.fromkeys(PIECES, 1) | dict.fromkeys(PIECES[:2], 2)


def test_a_lost_node_changes_no_byte(
    case: Case, expected: dict[str, bytes], killable: ModuleType, cluster: Any, tmp_path: Path
) -> None:
    node = cluster.add_node(num_cpus=2)

    def lose() -> None:
        workers = killable.begun(case.control, 3)  # one on the first node, two on the other
        cluster.remove_node(node, allow_graceful=False)
        killable.until(lambda: [killable.alive(worker) for worker in workers].count(False) == 2)
        case.release()

    case.hold(*PIECES[:3])
    meanwhile(lose, lambda: case.build(tmp_path / "out", executor="ray", workers=3))
    assert contents(tmp_path / "out") == expected
    assert sum(case.readings().values()) == len(PIECES) + 2


def test_a_build_whose_driver_was_killed_goes_on_where_it_was(
    case: Case, expected: dict[str, bytes], killable: ModuleType, tmp_path: Path
) -> None:
    command = case.command("--quiet", "--out", tmp_path / "out", "--executor", "processes", "--workers", 2)
    case.hold(*PIECES[4:])
    with subprocess.Popen(command) as driver:
        workers = killable.begun(case.control, len(PIECES))
        driver.kill()
        assert all(killable.gone(worker) for worker in workers)
    assert not (tmp_path / "out" / "manifest.json").exists()
    case.release()
    subprocess.run(command, check=True)
    assert contents(tmp_path / "out") == expected
    assert case.readings() == dict.fromkeys(PIECES[:4], 1) | dict.fromkeys(PIECES[4:], 2)


def test_a_piece_that_always_kills_its_worker_is_named_and_everything_else_is_finished(
    case: Case, expected: dict[str, bytes], tmp_path: Path
) -> None:
    command = case.command("--quiet", "--out", tmp_path / "out", "--executor", "processes", "--workers", 2)
    deadly = case.control / f"deadly-{PIECES[2]}"
    deadly.touch()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    said = " ".join(done.stderr.split())
    assert done.returncode == 3
    assert f"source fragile, piece {PIECES[2]}: took its worker down 3 times" in said
    assert "signal 9, Killed" in said
    assert "Traceback" not in said
    assert case.readings() == dict.fromkeys(PIECES, 1) | {PIECES[2]: 3}
    assert not (tmp_path / "out" / "manifest.json").exists()
    deadly.unlink()
    subprocess.run(command, check=True)
    assert contents(tmp_path / "out") == expected
    assert case.readings() == dict.fromkeys(PIECES, 1) | {PIECES[2]: 4}


def test_an_error_of_one_piece_ends_the_workers_at_the_others(case: Case, killable: ModuleType, tmp_path: Path) -> None:
    case.hold(PIECES[0])
    (case.control / f"broken-{PIECES[1]}").touch()
    with pytest.raises(BadRawFile, match=f"{PIECES[1]}: must be whole"):
        case.build(tmp_path / "out", executor="processes", workers=2)
    assert all(killable.gone(worker) for worker in killable.begun(case.control, 2))


def test_kept_work_is_not_taken_for_that_of_a_changed_file(tmp_path: Path) -> None:
    mixture = Mixture(name="m", sources={"jsonl/mine": Share()})
    file = tmp_path / "raw" / "jsonl" / "mine" / "rows.jsonl"
    file.parent.mkdir(parents=True)
    for said in ("first", "second"):
        file.write_text(f'{{"prompt": "?", "completion": "{said}"}}\n', "utf-8")
        build(mixture, tmp_path / "raw", tmp_path / said, scale=Scale(executor="serial", work=tmp_path / "work"))
        assert said in (tmp_path / said / "data.jsonl").read_text("utf-8")
