"""Checkpoints: whose they are, and what becomes of them on a full disk."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tehon.errors import Damaged, OutputTaken
from tehon.tune.checkpoint import CHECKPOINT, State, read, save

OURS = {"recipe.seed": 42, "recipe.lora.targets": ("a", "b"), "base": "0123", "release": "4567"}


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    values = {"weight/a": torch.arange(6.0).reshape(2, 3), "exp_avg/a": torch.rand(2, 3)}
    save(tmp_path, OURS, State(step=3, budget=100), values)
    state, found = read(tmp_path, OURS)
    assert state == State(step=3, budget=100)
    assert found.keys() == values.keys()
    assert all(torch.equal(found[name], values[name]) for name in values)


def test_where_nothing_is_saved_a_run_begins(tmp_path: Path) -> None:
    assert read(tmp_path, OURS) == (State(), {})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"recipe.seed": 43}, "whose recipe.seed is 42, not 43"),
        ({"base": "ffff"}, 'whose base is "0123", not "ffff"'),
        ({"release": "ffff"}, 'whose release is "4567", not "ffff"'),
        ({"recipe.lora.targets": ("a",)}, r'whose recipe.lora.targets is \["a","b"\], not \["a"\]'),
        ({"recipe.new": 1}, "whose recipe.new is null, not 1"),
    ],
)
def test_a_run_that_differs_is_refused_and_told_in_what(changes: dict[str, object], said: str, tmp_path: Path) -> None:
    save(tmp_path, OURS, State(), {"weight/a": torch.zeros(1)})
    with pytest.raises(OutputTaken, match=said):
        read(tmp_path, OURS | changes)


@pytest.mark.parametrize("damage", [b"", b"half a checkpoint", b'\x10\0\0\0\0\0\0\0{"__metadata__":'])
def test_a_damaged_one_is_told(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / CHECKPOINT).write_bytes(damage)
    with pytest.raises(Damaged, match=r"checkpoint\.safetensors: must be a checkpoint of this run"):
        read(tmp_path, OURS)


SAVE = """
import resource, sys
from pathlib import Path
import torch
from tehon.errors import OutOfDisk
from tehon.tune.checkpoint import State, save
save(Path(sys.argv[1]), {}, State(step=1), {"weight/a": torch.zeros(1000)})
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    save(Path(sys.argv[1]), {}, State(step=2), {"weight/a": torch.zeros(1_000_000)})
except OutOfDisk as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="the system bounds no file")
def test_where_there_is_no_room_the_last_one_stays(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", SAVE, str(tmp_path)], check=True, capture_output=True, text=True)
    assert "checkpoint.safetensors: the disk is full" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT]
    state, values = read(tmp_path, {})
    assert state.step == 1
    assert values["weight/a"].shape == (1000,)
