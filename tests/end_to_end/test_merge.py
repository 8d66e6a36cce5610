"""An adapter merged into its base is a model that says the same."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
import torch
from safetensors.torch import load_file, save_file

from tehon.engine.adapter import CONFIG, WEIGHTS
from tehon.engine.load import LoadedModel, load
from tehon.engine.loglikelihood import score
from tehon.engine.tokens import encoded
from tehon.errors import ModelNotFound, NotFinite, OutputTaken, UsageError
from tehon.evaluate.subject import Subject, read_tuned
from tehon.leakage.trained_on import TRAINED_ON
from tehon.records.corpus import Example
from tehon.records.tuning import Lora, Merged, Precision, Recipe
from tehon.storage.manifest import MANIFEST, read_manifest, result, verify
from tehon.tune.merge import merge
from tehon.tune.run import tune

MakeRelease = Callable[[Path, Sequence[Example]], Path]
VARIANTS = {
    "plain": ("llama", Lora(dropout=0)),
    "dora on everything": ("gpt_neox", Lora(dropout=0, dora=True, targets="all-linear")),
    "a head that is the embedding": ("gemma", Lora(dropout=0, targets="all-linear")),
    "pissa": ("qwen3", Lora(dropout=0, init="pissa")),
}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, make_release: MakeRelease, few_examples: list[Example]) -> Path:
    return make_release(tmp_path_factory.mktemp("merge") / "release", few_examples)


def tuned(release: Path, out: Path, family: str, lora: Lora) -> Path:
    recipe = Recipe(
        name="test",
        base=f"tiny:{family}",
        template="alpaca_ja",
        lora=lora,
        precision="fp32",
        batch_size=8,
        max_steps=3,
        learning_rate=0.03,
    )
    tune(recipe, release, out)
    return out


def logprobs(model: LoadedModel) -> torch.Tensor:
    prompts = model.encoder.apart(["日本で一番高い山は富士山です。", "雨の話です。"])
    sequences = [encoded(ids, [1.0] * len(ids)) for ids in prompts]
    return torch.cat([torch.as_tensor(found) for found, _ in score(model.network, sequences)])


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_merged_model_scores_what_base_and_adapter_score(
    variant: str, precision: Precision, release: Path, tmp_path: Path
) -> None:
    family, lora = VARIANTS[variant]
    adapter = tuned(release, tmp_path / "adapter", family, lora)
    merged = merge(adapter, tmp_path / "merged", precision=precision)
    manifest = read_manifest(tmp_path / "merged", "merged")
    verify(tmp_path / "merged", manifest)
    assert result(manifest, Merged) == merged
    assert {"model.safetensors", "config.json", "tokenizer.json", "README.md"} <= set(manifest.files)
    kept = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
    assert {weight.dtype for weight in load_file(tmp_path / "merged" / "model.safetensors").values()} == {kept}
    assert merged.difference < {"fp32": 1e-3, "bf16": 0.5}[precision]
    with_adapter = load(f"tiny:{family}", adapter=adapter, precision="fp32")
    alone = load(str(tmp_path / "merged"), precision="fp32")
    # A log-likelihood moves by at most twice as far as the logits.
    assert float((logprobs(alone) - logprobs(with_adapter)).abs().max()) <= 2.5 * merged.difference + 1e-5
    assert not torch.allclose(logprobs(alone), logprobs(load(f"tiny:{family}", precision="fp32")), atol=0.05)


def test_a_merged_model_knows_its_template_and_its_base(release: Path, tmp_path: Path) -> None:
    adapter = tuned(release, tmp_path / "adapter", "llama", Lora())
    merge(adapter, tmp_path / "merged")
    found = read_tuned(Subject(base=str(tmp_path / "merged")))
    assert (found.base, found.template, found.sequence_length) == ("tiny:llama", "alpaca_ja", 256)
    card = (tmp_path / "merged" / "README.md").read_text("utf-8")
    assert "no logit differs by more than" in card
    assert str(tmp_path) not in card


def test_the_same_merge_again_changes_nothing_and_another_is_refused(release: Path, tmp_path: Path) -> None:
    adapter = tuned(release, tmp_path / "adapter", "llama", Lora())
    first = merge(adapter, tmp_path / "merged")
    stamp = (tmp_path / "merged" / "model.safetensors").stat().st_mtime_ns
    assert merge(adapter, tmp_path / "merged") == first
    assert (tmp_path / "merged" / "model.safetensors").stat().st_mtime_ns == stamp
    with pytest.raises(OutputTaken, match="another configuration or other inputs"):
        merge(adapter, tmp_path / "merged", precision="bf16")


def test_an_adapter_from_elsewhere_is_merged_into_the_base_that_it_names(release: Path, tmp_path: Path) -> None:
    adapter = tuned(release, tmp_path / "adapter", "llama", Lora())
    (adapter / MANIFEST).unlink()
    merged = merge(adapter, tmp_path / "merged")
    assert (merged.base, merged.tuning, merged.precision) == ("tiny:llama", None, "fp32")
    config = msgspec.json.decode((adapter / CONFIG).read_bytes())
    (adapter / CONFIG).write_bytes(msgspec.json.encode(config | {"base_model_name_or_path": None}))
    with pytest.raises(ModelNotFound, match=r"must name the adapter's base, but names none\. Give --base"):
        merge(adapter, tmp_path / "other")
    assert merge(adapter, tmp_path / "other", base="tiny:llama").difference == merged.difference


def test_weights_that_the_precision_cannot_hold_are_an_error_and_leave_nothing_finished(
    release: Path, tmp_path: Path
) -> None:
    adapter = tuned(release, tmp_path / "adapter", "llama", Lora())
    (adapter / MANIFEST).unlink()
    huge = {name: matrix * 1e4 for name, matrix in load_file(adapter / WEIGHTS).items()}
    save_file(huge, adapter / WEIGHTS)
    with pytest.raises(NotFinite, match=r"must be finite, but are not in fp16\. Merge with --precision fp32"):
        merge(adapter, tmp_path / "merged", precision="fp16")
    assert not (tmp_path / "merged" / MANIFEST).exists()
    merge(adapter, tmp_path / "merged", precision="fp32")


def test_packed_weights_cannot_be_written(release: Path, tmp_path: Path) -> None:
    adapter = tuned(release, tmp_path / "adapter", "llama", Lora())
    with pytest.raises(UsageError, match="must be written as auto, fp32, bf16, fp16, got nf4"):
        merge(adapter, tmp_path / "merged", precision="nf4")


def test_a_folder_without_an_adapter_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"must hold adapter_config\.json, but does not"):
        merge(tmp_path, tmp_path / "merged")


def test_a_merged_model_carries_what_its_adapter_was_tuned_on(release: Path, tmp_path: Path) -> None:
    adapter = tuned(release, tmp_path / "adapter", "llama", Lora(dropout=0))
    merge(adapter, tmp_path / "merged")
    assert (tmp_path / "merged" / TRAINED_ON).read_bytes() == (adapter / TRAINED_ON).read_bytes()
    assert TRAINED_ON in read_manifest(tmp_path / "merged", "merged").files
