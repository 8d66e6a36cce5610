"""Every model family: its tiny model can be made, tuned, saved and loaded again."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tehon.engine.load import load
from tehon.engine.prefix_tree import rows
from tehon.engine.tokens import encoded
from tehon.families import FAMILIES
from tehon.records.corpus import Example
from tehon.records.evaluation import Protocol
from tehon.records.requests import Loglikelihood
from tehon.records.tuning import Lora, Recipe
from tehon.tune.lora import targets
from tehon.tune.run import tune

PROTOCOL = Protocol(name="test", title="test")


@pytest.mark.parametrize("name", FAMILIES)
def test_the_entry_carries_its_file_name_and_a_small_model(name: str) -> None:
    family = FAMILIES[name]
    assert family.name == name
    assert family.tiny["model_type"] in family.model_types
    assert family.tiny["num_hidden_layers"] == 2
    assert family.tiny["hidden_size"] <= 64


@pytest.mark.parametrize("name", FAMILIES)
def test_no_model_type_belongs_to_two_families(name: str) -> None:
    others = [kind for other in FAMILIES.values() if other.name != name for kind in other.model_types]
    assert not set(FAMILIES[name].model_types) & set(others)


@pytest.mark.parametrize("name", FAMILIES)
def test_one_step_changes_b_in_every_target_module(
    name: str,
    make_release: Callable[[Path, Sequence[Example]], Path],
    few_examples: list[Example],
    tmp_path: Path,
) -> None:
    release = make_release(tmp_path / "release", few_examples)
    lora = Lora()
    recipe = Recipe(name="one", base=f"tiny:{name}", template="alpaca_ja", lora=lora, batch_size=8, max_steps=1)
    adapter = tune(recipe, release, tmp_path / "adapter")
    weights = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    changed = {key for key, tensor in weights.items() if ".lora_B." in key and tensor.any()}
    assert len(changed) == 2 * len(FAMILIES[name].targets)
    assert {tensor.dtype for tensor in weights.values()} == {torch.float32}
    assert adapter.parameters == sum(tensor.numel() for tensor in weights.values())
    base, tuned = load(recipe.base), load(recipe.base, adapter=tmp_path / "adapter")
    assert targets(base.network, recipe, lora) == sorted(FAMILIES[name].targets)
    asked = [Loglikelihood(context="日本で一番高い山は？", continuation="富士山")]
    assert base.digest != tuned.digest
    assert next(base.loglikelihood(asked, PROTOCOL)).logprob != next(tuned.loglikelihood(asked, PROTOCOL)).logprob


@pytest.mark.parametrize("name", FAMILIES)
def test_a_row_of_one_sequence_is_the_whole_sequence_but_its_last_token(name: str) -> None:
    ids = load(f"tiny:{name}").encoder.apart(["以下はタスクを説明する指示です。"])[0]
    (row,) = rows([encoded(ids, [1.0] * len(ids))], 1000)
    assert row.ids.tolist() == ids[:-1]
    assert row.depth.tolist() == list(range(len(ids) - 1))
