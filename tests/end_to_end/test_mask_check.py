"""A device that ignores the tree's mask is found out before the first step, and the run goes on without a mask."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from torch.nn import functional

from tehon.engine.load import load
from tehon.families import FAMILIES
from tehon.prompts import render
from tehon.records.corpus import Example
from tehon.records.tuning import Layout, Lora, Precision, Recipe
from tehon.templates import TEMPLATES
from tehon.tune import mask_check
from tehon.tune.begin import begin
from tehon.tune.mask_check import MaskIgnored, difference
from tehon.tune.run import tune

MakeRelease = Callable[[Path, Sequence[Example]], Path]


def recipe(layout: Layout) -> Recipe:
    return Recipe(
        name="test",
        base="tiny:llama",
        template="alpaca_ja",
        lora=Lora(),
        layout=layout,
        batch_size=8,
        max_steps=3,
        learning_rate=1e-2,
        precision="fp32",
        dropout="independent",
    )


@pytest.fixture
def unmasked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A back end that knows causal attention alone, and a machine on which nothing was tried."""
    attend = functional.scaled_dot_product_attention

    def causal(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, **options: Any) -> torch.Tensor:
        return attend(query, key, value, **(options | {"attn_mask": None, "is_causal": True}))

    monkeypatch.setattr(functional, "scaled_dot_product_attention", causal)
    monkeypatch.setattr(mask_check, "cache_root", lambda: tmp_path / "cache")


@pytest.mark.usefixtures("unmasked")
def test_a_run_on_such_a_device_says_so_and_gives_what_sorted_gives(
    tmp_path: Path, make_release: MakeRelease, few_examples: list[Example]
) -> None:
    release = make_release(tmp_path / "release", few_examples)
    with pytest.warns(MaskIgnored, match=r"of the gradient\. Going on with layout sorted"):
        tune(recipe("prefix_tree"), release, tmp_path / "packed")
    tune(recipe("sorted"), release, tmp_path / "sorted")
    weights = [(tmp_path / name / "adapter_model.safetensors").read_bytes() for name in ("packed", "sorted")]
    assert weights[0] == weights[1]


def test_a_kernel_that_cannot_train_here_gives_way_to_one_that_can(
    tmp_path: Path, make_release: MakeRelease, few_examples: list[Example]
) -> None:
    release = make_release(tmp_path / "release", few_examples)
    asked = msgspec.structs.replace(recipe("prefix_tree"), attention="flex_attention")
    with pytest.warns(MaskIgnored, match=r"flex_attention: it does not run: .+ Going on with sdpa"):
        tune(asked, release, tmp_path / "asked")
    tune(recipe("prefix_tree"), release, tmp_path / "plain")
    weights = [(tmp_path / name / "adapter_model.safetensors").read_bytes() for name in ("asked", "plain")]
    assert weights[0] == weights[1]


@pytest.mark.usefixtures("unmasked")
def test_what_was_found_is_remembered(tmp_path: Path, make_release: MakeRelease, few_examples: list[Example]) -> None:
    release = make_release(tmp_path / "release", few_examples)
    for name in ("first", "second"):
        with pytest.warns(MaskIgnored):
            tune(recipe("prefix_tree"), release, tmp_path / name)
    assert len(list((tmp_path / "cache" / mask_check.FOLDER).iterdir())) == 1


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("family", FAMILIES)
def test_this_machine_honours_it_for_every_family(
    family: str, precision: Precision, few_examples: list[Example]
) -> None:
    model = load(f"tiny:{family}", precision=precision)
    chosen = recipe("prefix_tree")
    tuned = begin(model, chosen)
    examples = model.encoder.prompts([render(TEMPLATES["alpaca_ja"], one) for one in few_examples[:4]], 1.0)
    found = difference(model, tuned, chosen, examples)
    widest = mask_check.WIDEST.get(model.network.dtype, mask_check.ROUGH)
    assert found.loss <= widest / 3
    assert found.gradient <= widest / 3
