"""The paper's Table I, as published and repaired, and the modern recipes: each runs on a tiny model of its family."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from safetensors.torch import load_file

from tehon.engine.locate import locate
from tehon.recipes import RECIPES
from tehon.records.corpus import Example
from tehon.records.tuning import Lora
from tehon.storage.atomic import write_text
from tehon.tune.run import tune

MakeRelease = Callable[[Path, Sequence[Example]], Path]
TABLE_ONE = {
    # Example: learning rate, sequence length, batch size, epochs, targets; the paper's columns.
    "stormy": (3e-4, 300, 128, 10, ("query_key_value",)),
    "instruct_llama_7b": (3e-4, 256, 128, 5, ("q_proj", "v_proj")),
    "instruct_llama_13b": (3e-4, 256, 130, 1, ("q_proj", "v_proj")),
}
FORMS = [f"{name}{form}" for name in TABLE_ONE for form in ("_published", "")]
CHAT = (
    "{% for message in messages %}[{{ message.role }}]\n{{ message.content }}{{ eos_token }}\n{% endfor %}"
    "{% if add_generation_prompt %}[assistant]\n{% endif %}"
)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, make_release: MakeRelease, few_examples: list[Example]) -> Path:
    return make_release(tmp_path_factory.mktemp("table") / "release", few_examples)


@pytest.mark.parametrize("name", FORMS)
def test_a_recipe_says_what_the_paper_says(name: str) -> None:
    recipe = RECIPES.open(name)
    rate, length, batch, epochs, targets = TABLE_ONE[name.removesuffix("_published")]
    assert (recipe.learning_rate, recipe.sequence_length, recipe.batch_size) == (rate, length, batch)
    assert (recipe.epochs, recipe.schedule) == (epochs, "linear")
    assert recipe.lora == Lora(rank=4, alpha=16, dropout=0.05, targets=targets)
    published = name.endswith("_published")
    assert (recipe.overlong == "published", recipe.prompt_loss_weight == 1, recipe.precision == "fp16") == (
        published,
    ) * 3


@pytest.mark.parametrize("name", FORMS)
def test_a_recipe_runs_on_a_tiny_model_of_its_architecture(name: str, release: Path, tmp_path: Path) -> None:
    recipe = RECIPES.open(name)
    small = msgspec.structs.replace(recipe, base=f"tiny:{recipe.family}", max_steps=3, validation_size=6, log_steps=1)
    done = tune(small, release, tmp_path / "out")
    assert done.counts.steps == min(3, -(-34 * recipe.epochs // recipe.batch_size))
    assert done.counts.drawn == min(3 * recipe.batch_size, 34 * recipe.epochs)
    weights = load_file(tmp_path / "out" / "adapter_model.safetensors")
    changed = {key.split(".")[-3] for key, tensor in weights.items() if ".lora_B." in key and tensor.any()}
    assert recipe.lora is not None
    assert changed == set(recipe.lora.targets)


@pytest.mark.parametrize("name", [name for name in RECIPES if name.startswith("chat_")])
def test_a_recipe_with_the_models_own_template_runs_on_its_family(name: str, release: Path, tmp_path: Path) -> None:
    recipe = RECIPES.open(name)
    (tmp_path / "base").mkdir()
    for path in locate(f"tiny:{recipe.family}").iterdir():
        (tmp_path / "base" / path.name).write_bytes(path.read_bytes())
    write_text(tmp_path / "base" / "chat_template.jinja", CHAT)
    small = msgspec.structs.replace(
        recipe, base=str(tmp_path / "base"), sequence_length=512, batch_size=8, max_steps=2, validation_size=6
    )
    done = tune(small, release, tmp_path / "out")
    assert done.template == "chat"
    assert done.counts.scored_tokens < done.counts.tokens
