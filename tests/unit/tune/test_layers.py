"""Layers that forget what lies in them, or are compiled, give the same step."""

import shutil
from typing import Any

import msgspec
import pytest
import torch

from tehon.engine.load import load
from tehon.engine.network import Network
from tehon.engine.tokens import Encoded, encoded
from tehon.errors import UsageError
from tehon.families import FAMILIES
from tehon.records.tuning import Layout, Lora, Recipe
from tehon.tune import gradient
from tehon.tune.begin import begin
from tehon.tune.gradient import Turn
from tehon.tune.together import Together
from tehon.tune.tuned import training


def recipe(**changes: Any) -> Recipe:
    lora = Lora(rank=4, dropout=0.3)
    plain = Recipe(name="test", template="alpaca_ja", lora=lora, precision="fp32", max_grad_norm=0, token_budget=200)
    return msgspec.structs.replace(plain, **changes)


def examples() -> list[Encoded]:
    heads = [[1, *range(3, 43)], [1, *range(60, 75)]]
    tails = [list(range(100 + start, 110 + 2 * start)) for start in range(6)]
    return [encoded([*heads[place % 2], *tail], [0.0] * 20 + [1.0] * (len(heads[place % 2]) + len(tail) - 20))
            for place, tail in enumerate(tails)]  # fmt: skip


def step(family: str, chosen: Recipe) -> tuple[Network, float, torch.Tensor]:
    model = load(f"tiny:{family}", precision="fp32")
    tuned = begin(model, chosen)
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(1)
        for name, matrix in tuned.parameters.items():
            if ".lora_" in name:
                matrix.normal_(std=0.05)
    spread = Together(model.network, tuned, chosen)
    with training(tuned):
        found = gradient.take(model.network, spread, examples(), chosen, Turn(0, 200))
    spread.settle(found.weight)
    gradients = [matrix.grad.flatten() for matrix in tuned.parameters.values() if matrix.grad is not None]
    return model.network, found.loss, torch.cat(gradients)


def check_same(family: str, plain: Recipe, other: Recipe) -> None:
    _, loss, wanted = step(family, plain)
    _, same, found = step(family, other)
    assert same == pytest.approx(loss, rel=1e-6)
    assert float((found - wanted).norm()) <= 1e-5 * float(wanted.norm())


@pytest.mark.parametrize("lora", [Lora(rank=4, dropout=0.3), None], ids=["lora", "every weight"])
@pytest.mark.parametrize("layout", ["sorted", "prefix_tree"])
@pytest.mark.parametrize("family", FAMILIES)
def test_forgotten_activations_are_computed_again_to_the_same_gradient(
    family: str, layout: Layout, lora: Lora | None
) -> None:
    plain = recipe(layout=layout, lora=lora)
    check_same(family, plain, msgspec.structs.replace(plain, activation_checkpointing=True))


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs g++")
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")
@pytest.mark.parametrize("checkpointing", [False, True])
def test_compiled_layers_drop_the_same_features_and_give_the_same_gradient(*, checkpointing: bool) -> None:
    plain = recipe(activation_checkpointing=checkpointing)
    check_same("llama", plain, msgspec.structs.replace(plain, compile=True))


def test_a_missing_compiler_is_told_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(UsageError, match="there is no no-such-compiler"):
        begin(load("tiny:llama"), recipe(compile=True))


def test_what_lies_between_layers_is_forgotten_and_the_work_counted() -> None:
    def kept(chosen: Recipe) -> int:
        held = 0

        def pack(tensor: torch.Tensor) -> torch.Tensor:
            nonlocal held
            held += tensor.numel()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            step("llama", chosen)
        return held

    assert kept(recipe(activation_checkpointing=True, lora=None)) < kept(recipe(lora=None))
    tuned = [begin(load("tiny:llama"), recipe(activation_checkpointing=on)) for on in (False, True)]
    assert [one.passes for one in tuned] == [2, 3]
