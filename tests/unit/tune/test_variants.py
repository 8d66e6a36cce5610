"""LoRA's variants: each starts without changing the base, and its finished adapter fits the base as it was."""

from pathlib import Path

import msgspec
import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file

from tehon.engine.load import LoadedModel, load
from tehon.errors import TargetsMissing, UsageError
from tehon.records.tuning import Lora, Recipe
from tehon.tune import lora
from tehon.tune.begin import RandomBase, begin
from tehon.tune.export import export
from tehon.tune.precision import base_precision
from tehon.tune.tuned import Tuned, parameter_groups, training

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
VARIANTS = {
    "kaiming": Lora(),
    "gaussian": Lora(init="gaussian"),
    "rslora": Lora(rslora=True, rank=8),
    "dora": Lora(dora=True),
    "all-linear": Lora(targets="all-linear"),
    "pissa": Lora(init="pissa"),
    "pissa_fast": Lora(init="pissa_fast"),
    "pissa with rslora": Lora(init="pissa", rslora=True),
    "pissa with dora on everything": Lora(init="pissa", dora=True, targets="all-linear"),
    "olora": Lora(init="olora"),
}
FAMILIES = ("gpt_neox", "gemma")


def recipe(chosen: Lora | None, **changes: object) -> Recipe:
    plain = Recipe(name="test", base="tiny:llama", template="alpaca_ja", lora=chosen, precision="fp32")
    return msgspec.structs.replace(plain, **changes)


def begun(family: str, chosen: Lora | None, **changes: object) -> tuple[LoadedModel, Tuned]:
    model = load(f"tiny:{family}", precision="fp32")
    return model, begin(model, recipe(chosen, **changes))


def moved(tuned: Tuned) -> None:
    """Every trained number is somewhere else, as after training."""
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(3)
        for parameter in tuned.parameters.values():
            parameter.add_(torch.randn_like(parameter), alpha=0.05)


def finished(model: LoadedModel, tuned: Tuned, folder: Path) -> None:
    export(model, tuned, {name: parameter.detach() for name, parameter in tuned.parameters.items()}, folder)


def logits(model: LoadedModel) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model.network.model(input_ids=torch.arange(3, 90)[None]).logits
    return found


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("family", FAMILIES)
def test_no_variant_changes_the_model_before_training(family: str, variant: str) -> None:
    model, _ = begun(family, VARIANTS[variant])
    assert torch.allclose(logits(model), logits(load(f"tiny:{family}", precision="fp32")), atol=2e-4)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_finished_adapter_gives_the_trained_logits_on_the_base_as_it_was(
    family: str, variant: str, tmp_path: Path
) -> None:
    model, tuned = begun(family, VARIANTS[variant])
    moved(tuned)
    finished(model, tuned, tmp_path)
    again = load(f"tiny:{family}", adapter=tmp_path, precision="fp32")
    plain = load(f"tiny:{family}", precision="fp32")
    assert not torch.allclose(logits(plain), logits(model), atol=0.1)
    assert torch.allclose(logits(again), logits(model), atol=2e-4)
    theirs = PeftModel.from_pretrained(plain.network.model, tmp_path).eval()
    with torch.inference_mode():
        assert torch.allclose(theirs(input_ids=torch.arange(3, 90)[None]).logits, logits(again), atol=1e-5)


def test_what_was_taken_out_of_the_base_doubles_the_rank(tmp_path: Path) -> None:
    model, tuned = begun("llama", Lora(init="pissa", rank=4))
    finished(model, tuned, tmp_path)
    shapes = {tuple(tensor.shape) for name, tensor in load_file(tmp_path / "adapter_model.safetensors").items()}
    assert {min(shape) for shape in shapes} == {8}


def test_all_linear_takes_every_linear_module_but_the_head() -> None:
    model = load("tiny:llama")
    every = lora.targets(model.network, recipe(None), Lora(targets="all-linear"))
    assert every == ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"]


def test_a_near_name_is_offered_for_a_wrong_target() -> None:
    with pytest.raises(TargetsMissing, match=r"there is no query_proj\. Take one of .*q_proj"):
        begun("llama", Lora(targets=("query_proj",)))


@pytest.mark.parametrize("chosen", [Lora(dropout=0.5), Lora(dropout=0.5, dora=True)], ids=["lora", "dora"])
@pytest.mark.parametrize("kind", ["keyed", "independent"])
def test_dropout_is_felt_in_training_and_only_there(chosen: Lora, kind: str) -> None:
    model, tuned = begun("llama", chosen, dropout=kind)
    moved(tuned)
    if tuned.positions:
        tuned.positions.keys = torch.arange(87, dtype=torch.int32)[None] * 7919
    still = logits(model)
    with training(tuned), torch.random.fork_rng():
        dropped = logits(model)
    assert not torch.allclose(dropped, still, atol=1e-3)
    assert torch.equal(logits(model), still)


def test_b_learns_at_its_own_rate_and_only_matrices_decay() -> None:
    _, tuned = begun("llama", Lora(dora=True))
    groups = parameter_groups(tuned, recipe(Lora(dora=True, b_ratio=16), weight_decay=0.1))
    by_settings = {(group["ratio"], group["weight_decay"]): len(group["params"]) for group in groups}
    assert by_settings == {(1.0, 0.1): 4, (16.0, 0.1): 4, (1.0, 0.0): 4}
    assert len(parameter_groups(tuned, recipe(Lora(dora=True)))) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lora": None, "precision": "fp16"}, "precision must be auto, fp32 or bf16 where every weight is trained"),
        ({"lora": None, "precision": "nf4"}, "precision must be auto, fp32 or bf16 where every weight is trained"),
        ({"lora": Lora(init="pissa"), "precision": "nf4"}, "must leave a base in nf4 as it is, but pissa changes it"),
        ({"lora": Lora(dora=True), "precision": "int8"}, "must be false over a base in int8"),
        ({"init": "config", "precision": "int8"}, "random weights must be kept as they are drawn"),
    ],
)
def test_a_precision_that_cannot_be_trained_in_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        base_precision(recipe(Lora(), **changes))


def test_adapters_on_random_weights_are_warned_about() -> None:
    with pytest.warns(RandomBase, match="fit no model that could be loaded again"):
        begun("llama", Lora(), init="config")
