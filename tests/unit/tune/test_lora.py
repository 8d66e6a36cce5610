"""Where the adapters sit, and how they start."""

from pathlib import Path

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from tehon.engine.load import LoadedModel, load
from tehon.families import FAMILIES
from tehon.records.tuning import Lora, Recipe
from tehon.tune import lora
from tehon.tune.tuned import training

LORA = Lora()
RECIPE = Recipe(name="test", template="alpaca_ja", lora=LORA)
VISION = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 28,
    "patch_size": 14,
}


@pytest.fixture
def with_images(tmp_path: Path) -> LoadedModel:
    """A Gemma 3 that also has an image encoder, whose modules have the same names."""
    config = AutoConfig.for_model("gemma3", text_config=dict(FAMILIES["gemma"].tiny), vision_config=VISION)
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path)
    load("tiny:gemma").encoder.tokenizer.save_pretrained(tmp_path)
    return load(str(tmp_path), precision="fp32")


def test_an_image_encoder_is_left_alone(with_images: LoadedModel) -> None:
    names = lora.add(with_images.network, RECIPE, LORA).parameters
    assert len(names) == 2 * 2 * 2
    assert all("language_model" in name for name in names)


def test_matrices_start_as_published_and_in_fp32_even_on_a_base_in_bf16() -> None:
    net = load("tiny:llama", precision="bf16").network
    matrices = lora.add(net, RECIPE, LORA).parameters
    assert {matrix.dtype for matrix in matrices.values()} == {torch.float32}
    for name, matrix in matrices.items():
        if ".lora_B." in name:
            assert not matrix.any()
        else:
            # Kaiming with a = √5 is uniform within 1 / √(inputs).
            assert 0 < float(matrix.detach().abs().max()) <= matrix.shape[1] ** -0.5


def test_the_seed_alone_decides_the_start() -> None:
    def start(seed: int) -> torch.Tensor:
        recipe = Recipe(name="test", template="alpaca_ja", seed=seed)
        matrices = lora.add(load("tiny:llama", precision="fp32").network, recipe, LORA).parameters
        return torch.cat([matrix.flatten() for matrix in matrices.values()]).detach()

    assert torch.equal(start(1), start(1))
    assert not torch.equal(start(1), start(2))


def test_an_untrained_adapter_changes_nothing() -> None:
    model = load("tiny:gpt_neox", precision="fp32").network.model
    ids = torch.tensor([[5, 6, 7]])
    with torch.inference_mode():
        before = model(input_ids=ids).logits
    lora.add(load("tiny:gpt_neox", precision="fp32").network, RECIPE, LORA)
    tuned = lora.add(load("tiny:gpt_neox", precision="fp32").network, RECIPE, LORA)
    with torch.inference_mode(), training(tuned):
        assert torch.equal(tuned.model(input_ids=ids).logits, before)


def test_a_larger_rank_has_as_many_more_numbers() -> None:
    def numbers(rank: int) -> int:
        return sum(m.numel() for m in lora.add(load("tiny:llama").network, RECIPE, Lora(rank=rank)).parameters.values())

    assert numbers(8) == 2 * numbers(4)
