"""The card of an adapter: licences computed from the release, the recipe, and how to load it."""

from typing import Any

import msgspec

from tehon.records.release import Release
from tehon.records.tuning import Adapter, Lora, Merged, Recipe, TuningCounts
from tehon.tune.card import card, merged_card, settings, share_alike

RECIPE = Recipe(
    name="stormy",
    base="cyberagent/open-calm-7b",
    template="alpaca_ja",
    lora=Lora(targets=("query_key_value",)),
    batch_size=128,
    epochs=10,
    sequence_length=300,
)
COUNTS = TuningCounts(
    examples=1000,
    drawn=10_000,
    tokens=1_200_000,
    scored_tokens=400_000,
    cut_right=0,
    input_shortened=3,
    dropped=1,
    steps=79,
    positions=900_000,
)
ADAPTER = Adapter(
    recipe=RECIPE,
    base=RECIPE.base,
    base_digest="b" * 64,
    release="small",
    release_digest="a" * 64,
    template="alpaca_ja",
    parameters=2_097_152,
    counts=COUNTS,
    first_loss=3.21,
    last_loss=1.23,
    validation_loss=1.5,
)
RELEASE = Release(
    name="small",
    examples=1000,
    by_source={"jsquad": 600, "jqac": 300, "own": 100},
    by_cluster={"reading comprehension": 1000},
    licences={"CC-BY-SA-4.0": 900, "LicenseRef-own": 100},
    licence="CC-BY-SA-4.0",
    ledger=(),
    digest="a" * 64,
)
BY_LICENCE = {"CC-BY-SA-4.0": {"jsquad": 600, "jqac": 300}, "LicenseRef-own": {"own": 100}}


def test_the_card_of_an_adapter(golden: Any) -> None:
    golden.check("cards/adapter.md", card(ADAPTER, RELEASE, BY_LICENCE, "loss.svg"))


def test_a_whole_model_is_loaded_by_itself_and_has_no_rank() -> None:
    whole = msgspec.structs.replace(ADAPTER, recipe=msgspec.structs.replace(RECIPE, lora=None))
    text = card(whole, RELEASE, BY_LICENCE)
    assert "library_name: transformers" in text
    assert "base_model_relation: finetune" in text
    assert "| LoRA | none: every weight is trained |" in text
    assert "PeftModel" not in text
    assert "![" not in text


def test_a_merged_model_says_how_far_its_logits_moved() -> None:
    merged = Merged(
        base=ADAPTER.base,
        base_digest="b" * 64,
        adapter="stormy-adapter",
        adapter_digest="c" * 64,
        tuning=ADAPTER,
        precision="bf16",
        difference=0.03125,
        largest_logit=21.5,
        positions=321,
    )
    text = merged_card(merged)
    assert "Over 321 positions of fixed prompts no logit differs by more than 0.031 from base and adapter" in text
    assert "### 返答:" in text
    foreign = merged_card(msgspec.structs.replace(merged, tuning=None))
    assert foreign.startswith("---\nbase_model: cyberagent/open-calm-7b\n")
    assert "Recipe" not in foreign


def test_share_alike_data_are_named_with_their_sources() -> None:
    found = share_alike({"CC0-1.0": {"aio": 1}, "CC-BY-SA-3.0": {"jqac": 2, "own": 1}, "ODbL-1.0": {"roads": 1}})
    assert found == {"CC-BY-SA-3.0": ["jqac", "own"], "ODbL-1.0": ["roads"]}
    assert share_alike({"LicenseRef-unheard-of": {"own": 1}, "no licence at all": {"other": 1}}) == {}


def test_nothing_that_a_name_says_becomes_markup() -> None:
    hostile = "evil`</code>\n```\n# title\n---\nlicense: mit"
    recipe = msgspec.structs.replace(RECIPE, name=hostile, base=hostile)
    text = card(
        msgspec.structs.replace(ADAPTER, recipe=recipe, base=hostile),
        msgspec.structs.replace(RELEASE, name=hostile),
        {hostile: {hostile: 1}},
    )
    assert "\n# title" not in text
    assert "\nlicense: mit" not in text
    assert text.count("\n```\n") == text.count("\n```text\n") + text.count("\n```python\n")


def test_variants_of_lora_stand_in_the_recipe() -> None:
    lora = Lora(dora=True, rslora=True, b_ratio=16, init="pissa", targets="all-linear")
    shown = dict(settings(msgspec.structs.replace(RECIPE, lora=lora, init="config")))
    assert shown["variant"] == "rsLoRA, DoRA, LoRA+ with ratio 16, start pissa"
    assert shown["targets"] == "all-linear"
    assert shown["base's weights"] == "random, drawn by 42"
