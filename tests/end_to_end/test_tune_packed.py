"""Bases packed into 4 and 8 bits by bitsandbytes: tuned, saved, loaded and evaluated like any other."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from tehon.engine import weights
from tehon.engine.load import LoadedModel, load
from tehon.errors import PackageMissing
from tehon.records.corpus import Example
from tehon.records.tuning import Lora, Precision, Recipe
from tehon.tune.run import tune

MakeRelease = Callable[[Path, Sequence[Example]], Path]
PACKED: tuple[Precision, ...] = ("nf4", "int8")
needs_packing = pytest.mark.skipif(
    find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed: pip install 'tehon[quant]'"
)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, make_release: MakeRelease, few_examples: list[Example]) -> Path:
    return make_release(tmp_path_factory.mktemp("packed") / "release", few_examples)


def logits(model: LoadedModel) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model.network.model(input_ids=torch.arange(3, 60)[None]).logits
    return found.float()


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "find_spec", {}.get)
    with pytest.raises(PackageMissing, match=r"bitsandbytes must be installed .* Run pip install 'tehon\[quant\]'"):
        load("tiny:llama", precision="nf4")


@needs_packing
@pytest.mark.parametrize("precision", PACKED)
def test_a_packed_base_is_nearly_the_base_and_costs_as_much_work(precision: Precision) -> None:
    packed, plain = load("tiny:llama", precision=precision), load("tiny:llama", precision="fp32")
    linear = [module for module in packed.network.body.modules() if isinstance(module, nn.Linear)]
    assert not any(module.weight.dtype.is_floating_point for module in linear)
    assert packed.network.work == plain.network.work
    assert packed.base_digest == plain.base_digest
    assert packed.digest != plain.digest
    near = torch.corrcoef(torch.stack([logits(packed).flatten(), logits(plain).flatten()]))[0, 1]
    # A random model is chaotic: what is left out of its weights is felt more than in a trained one.
    assert {"nf4": 0.6, "int8": 0.97}[precision] < float(near) < 1


@needs_packing
@pytest.mark.parametrize("precision", PACKED)
def test_a_gradient_flows_through_packed_modules_after_they_were_only_read(precision: Precision) -> None:
    module = load("tiny:llama", precision=precision).network.body.get_submodule("layers.0.mlp.gate_proj")
    inputs = torch.linspace(-1, 1, 3 * 32).reshape(3, 32).bfloat16()
    with torch.inference_mode():
        module(inputs)
    # The columns of the matrix as it is kept, one product each, are what a gradient must be made of.
    with torch.no_grad():
        columns = module(torch.eye(32).bfloat16()).float()
    read = inputs.clone().requires_grad_()
    module(read).sum().backward()
    assert read.grad is not None
    assert torch.allclose(read.grad.float(), columns.sum(1).expand(3, 32), atol=0.05, rtol=0.05)


@needs_packing
@pytest.mark.parametrize(
    ("precision", "lora"),
    [("nf4", Lora(dropout=0.1)), ("nf4", Lora(dora=True, targets="all-linear")), ("int8", Lora(targets="all-linear"))],
    ids=["nf4", "nf4 with dora", "int8"],
)
def test_a_packed_base_is_tuned_and_its_adapter_loads_on_it(
    precision: Precision, lora: Lora, release: Path, tmp_path: Path
) -> None:
    recipe = Recipe(
        name="test",
        base="tiny:llama",
        template="alpaca_ja",
        lora=lora,
        precision=precision,
        batch_size=8,
        max_steps=4,
        learning_rate=1e-2,
        validation_size=6,
    )
    done = tune(recipe, release, tmp_path / "out")
    assert done.last_loss < done.first_loss
    matrices = load_file(tmp_path / "out" / "adapter_model.safetensors")
    assert {matrix.dtype for matrix in matrices.values()} == {torch.float32}
    tuned, base = (load("tiny:llama", adapter=at, precision=precision) for at in (tmp_path / "out", None))
    assert not torch.allclose(logits(tuned), logits(base), atol=1e-2)
    assert not torch.allclose(logits(load("tiny:llama", adapter=tmp_path / "out", precision="fp32")), logits(tuned))
