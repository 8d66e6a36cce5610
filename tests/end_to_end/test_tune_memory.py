"""A step that does not fit into memory is computed again in smaller passes, and gives what it would have given."""

import json
import subprocess
import sys

import pytest

STEP = """
import json, resource, sys
from pathlib import Path
import torch
from tehon.engine.load import load
from tehon.engine.tokens import encoded
from tehon.records.tuning import Lora, Recipe
from tehon.tune import gradient, lora
from tehon.tune.budget import halved
from tehon.tune.gradient import Turn
from tehon.tune.together import Together
from tehon.tune.tuned import training

torch.set_num_threads(1)
net = load("tiny:llama", precision="fp32").network
recipe = Recipe(name="test", template="alpaca_ja", layout="padded", lora=Lora(dropout=0.1))
tuned = lora.add(net, recipe, recipe.lora)
sequences = [encoded([3 + (7 * n + t) % 500 for t in range(200)], [1.0] * 200) for n in range(200)]
spread = Together(net, tuned, recipe)
with training(tuned):
    gradient.take(net, spread, sequences[:2], recipe, Turn(0, 1000))
    if sys.argv[1] == "limited":
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 200 * 2**20,) * 2)
    budget = 200 * 200
    found = gradient.take(net, spread, sequences, recipe, Turn(1, budget))
    while found.full:
        budget = halved(budget)
        found = gradient.take(net, spread, sequences, recipe, Turn(1, budget))
print(json.dumps([budget, found.loss, spread.settle(found.weight)]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process's memory")
def test_a_full_memory_halves_the_budget_and_changes_no_result() -> None:
    def run(memory: str) -> list[float]:
        done = subprocess.run([sys.executable, "-c", STEP, memory], check=True, capture_output=True, text=True)
        said: list[float] = json.loads(done.stdout.splitlines()[-1])  # libraries may greet above it
        return said

    whole, loss, norm = run("free")
    less, same_loss, same_norm = run("limited")
    assert whole == 200 * 200
    assert less < whole
    assert same_loss == pytest.approx(loss, rel=1e-5)
    assert same_norm == pytest.approx(norm, rel=1e-4)
