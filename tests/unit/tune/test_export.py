"""The finished adapter: PEFT's own format, complete, and the same bytes each time."""

import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file

from tehon.engine.load import load
from tehon.engine.locate import locate
from tehon.errors import AdapterMismatch, Damaged, ModelNotFound
from tehon.records.corpus import Example
from tehon.records.tuning import Lora, Recipe
from tehon.storage.manifest import MANIFEST
from tehon.tune.run import TemplateLoss, tune

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")

RECIPE = Recipe(
    name="test",
    base="tiny:llama",
    template="alpaca_ja",
    precision="fp32",
    batch_size=8,
    max_steps=2,
    learning_rate=0.1,
    lora=Lora(dropout=0),
)
MakeRelease = Callable[[Path, Sequence[Example]], Path]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, make_release: MakeRelease, few_examples: list[Example]) -> Path:
    return make_release(tmp_path_factory.mktemp("export") / "release", few_examples)


@pytest.fixture
def adapter(release: Path, tmp_path: Path) -> Path:
    tune(RECIPE, release, tmp_path / "adapter")
    return tmp_path / "adapter"


def logits(model: torch.nn.Module) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model(input_ids=torch.tensor([[1, 20, 30, 40]])).logits
    return found


def test_peft_alone_loads_it_and_gives_the_same_logits(adapter: Path) -> None:
    ours = load("tiny:llama", adapter=adapter, precision="fp32").network.model
    theirs = PeftModel.from_pretrained(load("tiny:llama", precision="fp32").network.model, adapter)
    assert torch.equal(logits(ours), logits(theirs.eval()))
    assert not torch.allclose(logits(ours), logits(load("tiny:llama", precision="fp32").network.model))


def test_the_configuration_names_the_base_and_no_path_of_this_machine(adapter: Path) -> None:
    config = json.loads((adapter / "adapter_config.json").read_bytes())
    assert config["base_model_name_or_path"] == "tiny:llama"
    assert config["target_modules"] == ["q_proj", "v_proj"]
    assert (config["r"], config["lora_alpha"], config["lora_dropout"]) == (4, 16.0, 0)
    assert str(locate("tiny:llama")) not in (adapter / "README.md").read_text("utf-8")


def test_the_same_run_twice_is_the_same_bytes(adapter: Path, release: Path, tmp_path: Path) -> None:
    tune(RECIPE, release, tmp_path / "again")
    for name in ("adapter_model.safetensors", "adapter_config.json", "metrics.jsonl", "README.md"):
        assert (tmp_path / "again" / name).read_bytes() == (adapter / name).read_bytes()


def test_an_adapter_with_a_missing_matrix_is_refused(adapter: Path) -> None:
    weights = load_file(adapter / "adapter_model.safetensors")
    weights.pop(min(weights))
    save_file(weights, adapter / "adapter_model.safetensors")
    with pytest.raises(AdapterMismatch, match="must hold 8 matrices for this base, but 1 are missing or extra"):
        load("tiny:llama", adapter=adapter)


def test_a_folder_without_an_adapter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"must hold adapter_config\.json and adapter_model\.safetensors"):
        load("tiny:llama", adapter=tmp_path)


def test_an_adapter_of_another_shape_is_refused(adapter: Path) -> None:
    (adapter / MANIFEST).unlink()
    with pytest.raises(AdapterMismatch, match="must fit the base"):
        load("tiny:gemma", adapter=adapter)


def test_an_adapter_that_peft_wrote_is_loaded_too(tmp_path: Path) -> None:
    base = load("tiny:gpt_neox", precision="fp32").network.model
    theirs = get_peft_model(base, LoraConfig(r=2, target_modules=["query_key_value"], init_lora_weights=False))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        theirs.save_pretrained(tmp_path / "peft")
    ours = load("tiny:gpt_neox", adapter=tmp_path / "peft", precision="fp32")
    assert torch.equal(logits(ours.network.model), logits(theirs.eval()))


def test_a_damaged_checkpoint_is_an_error_that_says_what_to_do(release: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "checkpoint.safetensors").write_bytes(b"half a checkpoint")
    with pytest.raises(Damaged, match=r"must be a checkpoint of this run, .* Delete it and start again"):
        tune(RECIPE, release, tmp_path / "out")


def test_a_template_that_the_tokenizer_cannot_say_is_warned_about(release: Path, shared: Path, tmp_path: Path) -> None:
    base = load("tiny:llama", precision="fp32")
    base.network.model.resize_token_embeddings(51200)
    base.network.model.save_pretrained(tmp_path / "base")
    for name in ("tokenizer.json", "tokenizer_config.json", "spiece.model", "special_tokens_map.json"):
        (tmp_path / "base" / name).write_bytes((shared / "tokenizers" / "ja-llama-51k" / name).read_bytes())
    with pytest.warns(TemplateLoss, match="with template alpaca_ja: a character .* becomes its end token"):
        tune(
            Recipe(name="test", base=str(tmp_path / "base"), template="alpaca_ja", lora=Lora(), max_steps=1),
            release,
            tmp_path / "out",
        )
