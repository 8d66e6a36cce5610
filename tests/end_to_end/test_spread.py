"""One run on several processes, whatever they divide among them: the same result, stopped, resumed, out of memory.

Each launch of two processes serves many tests, because starting them costs more than what they do.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import msgspec
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tehon.engine.load import load
from tehon.engine.loglikelihood import score
from tehon.engine.tokens import encoded
from tehon.records.corpus import Example
from tehon.records.tuning import Lora, Recipe
from tehon.tune.run import tune

MakeRelease = Callable[[Path, Sequence[Example]], Path]
SCRIPT = Path(__file__).resolve().parents[1] / "importable" / "spread_runs.py"
ENGINES = {"torch": ("none", "fsdp2"), "deepspeed": ("zero2", "zero3")}
MAPPED = {"MALLOC_MMAP_THRESHOLD_": "65536"}
"""Tensors are given back to the system when they go, so that a bound on memory bounds what is there."""
SAME = ("adapter_model.safetensors", "adapter_config.json", "metrics.jsonl")
STOPS = (30, 42)
"""Examples after which runs are stopped: within the first and the second epoch of 34."""


class Launched(NamedTuple):
    """Attributes: folder: what two processes made. alone: what one made. sharding: what they divided."""

    folder: Path
    alone: Path
    sharding: str


def recipe(**changes: object) -> Recipe:
    plain = Recipe(
        name="test",
        base="tiny:llama",
        template="alpaca_ja",
        precision="fp32",
        lora=Lora(dropout=0.05),
        batch_size=8,
        epochs=2,
        max_steps=8,
        learning_rate=1e-2,
        checkpoint_minutes=0,
        validation_size=6,
        validation_steps=2,
        token_budget=200,
    )
    return msgspec.structs.replace(plain, **changes)


def full() -> Recipe:
    """Every weight, of a model whose head is its embedding."""
    return recipe(base="tiny:gemma", lora=None, max_steps=3, learning_rate=3e-3)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = spec_from_file_location("spread_runs", SCRIPT)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, make_release: MakeRelease, few_examples: list[Example]) -> Path:
    return make_release(tmp_path_factory.mktemp("spread") / "release", few_examples)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, release: Path, script: ModuleType) -> Path:
    """What one process makes: two whole runs, and one that was stopped."""
    folder = tmp_path_factory.mktemp("alone")
    tune(recipe(), release, folder / "whole")
    tune(full(), release, folder / "full")
    with pytest.raises(KeyboardInterrupt):
        tune(recipe(), release, folder / "crossed", progress=script.interrupting(STOPS[0]))
    return folder


def launch(orders: Path, processes: int = 2) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(processes)]
    quiet = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", **MAPPED}
    return subprocess.run(
        [*command, str(SCRIPT), str(orders)], check=False, capture_output=True, text=True, env=quiet, timeout=300
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, release: Path, alone: Path) -> Callable[[str], Path]:
    """Engine -> the folder of everything that two processes did with it, at their one launch."""

    @cache
    def launched(engine: str) -> Path:
        folder = tmp_path_factory.mktemp(engine)
        for sharding in ENGINES[engine]:
            shutil.copytree(alone / "crossed", folder / f"crossed-{sharding}")
        (folder / "orders.json").write_bytes(msgspec.json.encode(orders(engine, release, folder)))
        done = launch(folder / "orders.json")
        assert (folder / "tasks.done").exists(), done.stderr
        (folder / "said.txt").write_text(done.stderr, "utf-8")
        return folder

    return launched


def orders(engine: str, release: Path, folder: Path) -> dict[str, object]:
    tasks: list[dict[str, object]] = []
    steps: dict[str, object] = {}
    for sharding in ENGINES[engine]:
        common: dict[str, object] = {"release": str(release), "sharding": sharding}
        tasks += [
            common | {"recipe": recipe(), "out": str(folder / f"whole-{sharding}")},
            common | {"recipe": recipe(), "out": str(folder / f"stopped-{sharding}"), "stop": STOPS[0], "resume": True},
            common | {"recipe": recipe(), "out": str(folder / f"crossed-{sharding}"), "stop": STOPS[1]},
            common | {"recipe": full(), "out": str(folder / f"full-{sharding}")},
        ]
        steps[f"{sharding}-free"] = {"sharding": sharding}
        steps[f"{sharding}-short"] = {"sharding": sharding, "room": 60 * 2**20}
    return {"tasks": tasks, "steps": steps}


@pytest.fixture(params=[(engine, sharding) for engine, shardings in ENGINES.items() for sharding in shardings])
def launched(request: pytest.FixtureRequest, made: Callable[[str], Path], alone: Path) -> Launched:
    engine, sharding = request.param
    if engine == "deepspeed" and not find_spec("deepspeed"):
        pytest.skip("deepspeed is not installed: pip install 'tehon[deepspeed]'")
    return Launched(made(engine), alone, sharding)


def curve(folder: Path) -> list[dict[str, float]]:
    return [msgspec.json.decode(line) for line in (folder / "metrics.jsonl").read_bytes().splitlines()]


def check_curves(found: Path, wanted: Path) -> None:
    assert len(curve(found)) == len(curve(wanted)) > 1
    for ours, theirs in zip(curve(found), curve(wanted), strict=True):
        assert ours.keys() == theirs.keys()
        for name in {"loss", "validation_loss"} & theirs.keys():
            assert ours[name] == pytest.approx(theirs[name], rel=1e-5)
        assert ours["gradient_norm"] == pytest.approx(theirs["gradient_norm"], rel=1e-4)


def logprobs(adapter: Path) -> np.ndarray:
    sequences = [encoded([1, *range(20 + n, 60 + n)], [1.0] * 41) for n in range(4)]
    return np.concatenate([found for found, _ in score(load("tiny:llama", adapter=adapter).network, sequences)])


def test_losses_are_those_of_one_process(launched: Launched) -> None:
    check_curves(launched.folder / f"whole-{launched.sharding}", launched.alone / "whole")


def test_the_adapter_is_complete_and_read_back_it_answers_like_that_of_one_process(launched: Launched) -> None:
    ours, theirs = launched.folder / f"whole-{launched.sharding}", launched.alone / "whole"
    found, wanted = (load_file(folder / "adapter_model.safetensors") for folder in (ours, theirs))
    assert {name: tensor.shape for name, tensor in found.items()} == {n: tensor.shape for n, tensor in wanted.items()}
    assert all(bool(tensor.any()) for tensor in found.values()), "every matrix has moved"
    assert np.allclose(logprobs(ours), logprobs(theirs), atol=1e-4, rtol=0)


def test_a_run_stopped_in_the_middle_of_an_epoch_goes_on_to_the_same_bytes(launched: Launched) -> None:
    for name in SAME:
        whole = (launched.folder / f"whole-{launched.sharding}" / name).read_bytes()
        assert (launched.folder / f"stopped-{launched.sharding}" / name).read_bytes() == whole


def test_one_process_then_two_then_one_finish_what_one_finishes(launched: Launched, release: Path) -> None:
    crossed = launched.folder / f"crossed-{launched.sharding}"
    assert len(curve(crossed)) == 7, "it was stopped once by one process and once by two"
    assert (crossed / "checkpoint.safetensors").exists()
    tune(recipe(), release, crossed)
    check_curves(crossed, launched.alone / "whole")


def test_every_weight_is_trained_as_by_one_process(launched: Launched) -> None:
    check_curves(launched.folder / f"full-{launched.sharding}", launched.alone / "full")
    ours, theirs = (
        load_file(folder / "model.safetensors")
        for folder in (launched.folder / f"full-{launched.sharding}", launched.alone / "full")
    )
    assert ours.keys() == theirs.keys()
    assert all(torch.allclose(ours[name], theirs[name], atol=1e-4) for name in theirs)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process's memory")
def test_one_process_without_memory_makes_all_take_smaller_passes_to_the_same_result(
    launched: Launched, script: ModuleType
) -> None:
    told = (launched.folder / "said.txt").read_text("utf-8")
    assert (launched.folder / f"{launched.sharding}-short.json").exists(), told
    free, short = (
        msgspec.json.decode((launched.folder / f"{launched.sharding}-{name}.json").read_bytes(), type=script.Taken)
        for name in ("free", "short")
    )
    assert free.budgets == [script.WHOLE] * 2
    assert short.budgets[-1] < script.WHOLE
    assert short.losses == pytest.approx(free.losses, rel=1e-6)
    assert short.norms == pytest.approx(free.norms, rel=1e-4)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process's memory")
def test_a_process_that_has_no_memory_even_for_the_smallest_pass_ends_all(tmp_path: Path) -> None:
    steps = {"none-left": {"sharding": "fsdp2", "room": 0}}
    (tmp_path / "orders.json").write_bytes(msgspec.json.encode({"tasks": [], "steps": steps}))
    assert launch(tmp_path / "orders.json").returncode != 0
    assert not (tmp_path / "none-left.json").exists()
