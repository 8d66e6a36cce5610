"""Adapters go into a loaded base and come out again, and the base is as it was."""

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model

from tehon.engine.load import LoadedModel, load, with_adapter
from tehon.errors import AdapterMismatch, ModelNotFound
from tehon.recipes import PROTOCOLS
from tehon.records.requests import Generation, Loglikelihood

Make = Callable[..., Path]
REQUESTS = [Loglikelihood(context="赤い車が", continuation=word) for word in ("走る。", "止まる。")]


@pytest.fixture
def make_adapter(tmp_path: Path) -> Make:
    """Writes a LoRA adapter of PEFT's own over the tiny LLaMA."""

    def make(name: str, seed: int, *, zero: bool = False, **settings: object) -> Path:
        torch.manual_seed(seed)
        config = LoraConfig(r=2, target_modules=["q_proj", "v_proj"], init_lora_weights=zero, **settings)
        with warnings.catch_warnings():
            # What transformers and PEFT say of each other.
            warnings.simplefilter("ignore")
            base = load("tiny:llama", precision="fp32").network.model
            get_peft_model(base, config).save_pretrained(tmp_path / name)
        return tmp_path / name

    return make


def answers(model: LoadedModel) -> list[float]:
    return [scored.logprob for scored in model.loglikelihood(REQUESTS, PROTOCOLS["tehon"])]


@pytest.mark.parametrize("settings", [{}, {"use_dora": True}, {"use_rslora": True}])
def test_a_base_is_the_same_bit_for_bit_once_its_adapter_is_out(make_adapter: Make, settings: dict[str, bool]) -> None:
    model = load("tiny:llama", precision="fp32")
    before, digest, weights = answers(model), model.digest, model.network.model.state_dict()
    tuned = with_adapter(model, make_adapter("one", 1, **settings))
    assert answers(tuned) != before
    assert tuned.digest != digest
    base = with_adapter(tuned, None)
    assert answers(base) == before
    assert base.digest == digest
    after = base.network.model.state_dict()
    assert list(after) == list(weights)
    assert all(torch.equal(after[name], weights[name]) for name in weights)


def test_an_adapter_in_the_place_of_another_answers_as_if_it_were_the_first(make_adapter: Make) -> None:
    folders = [make_adapter("one", 1), make_adapter("two", 2), make_adapter("three", 3, use_dora=True)]
    model = load("tiny:llama", precision="fp32")
    swapped = []
    for folder in (*folders, *folders):
        model = with_adapter(model, folder)
        swapped.append((model.digest, answers(model)))
    fresh = [load("tiny:llama", adapter=folder, precision="fp32") for folder in folders]
    assert swapped == [(each.digest, answers(each)) for each in fresh] * 2


def test_a_swapped_adapter_writes_as_well(make_adapter: Make) -> None:
    asked = [Generation(context="赤い車が", max_new_tokens=6)]
    one, two = make_adapter("one", 1), make_adapter("two", 2)
    swapped = with_adapter(load("tiny:llama", adapter=one, precision="fp32"), two)
    fresh = load("tiny:llama", adapter=two, precision="fp32")
    assert list(swapped.generate(asked)) == list(fresh.generate(asked))


def test_an_adapter_that_changes_nothing_is_an_error(make_adapter: Make) -> None:
    with pytest.raises(AdapterMismatch, match="changes nothing: every matrix B is zero"):
        load("tiny:llama", adapter=make_adapter("fresh", 1, zero=True))


def test_an_adapter_that_does_not_load_leaves_the_base_alone(make_adapter: Make, tmp_path: Path) -> None:
    model = load("tiny:llama", precision="fp32")
    before = answers(model)
    tuned = with_adapter(model, make_adapter("one", 1))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelNotFound):
        with_adapter(tuned, tmp_path / "empty")
    assert tuned.adapter is None
    assert answers(tuned) == before
