"""Tuning every weight: the finished folder is a model, and starts where it is told to start."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
import torch
from safetensors.torch import load_file

from tehon.engine.load import LoadedModel, load
from tehon.engine.locate import locate
from tehon.errors import DataError, ModelError, ModelNotFound
from tehon.evaluate.answer import answer
from tehon.evaluate.subject import Subject, read_tuned
from tehon.progress import Advance
from tehon.records.corpus import Example
from tehon.records.requests import Generation
from tehon.records.tuning import Adapter, Lora, Recipe
from tehon.storage.manifest import read_manifest, result, verify
from tehon.tune.run import tune

MakeRelease = Callable[[Path, Sequence[Example]], Path]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, make_release: MakeRelease, few_examples: list[Example]) -> Path:
    return make_release(tmp_path_factory.mktemp("full") / "release", few_examples)


def recipe(kind: str, **changes: object) -> Recipe:
    plain = Recipe(
        name="test",
        base=f"tiny:{kind}",
        template="alpaca_ja",
        precision="fp32",
        batch_size=8,
        max_steps=6,
        learning_rate=3e-3,
        checkpoint_minutes=0,
        validation_size=6,
    )
    return msgspec.structs.replace(plain, **changes)


@contextmanager
def stopping(title: str, total: int | None, unit: str) -> Iterator[Advance]:
    """Asks this process to stop within the third step."""
    seen = 0

    def advance(done: int, note: str = "") -> None:
        nonlocal seen
        seen += done
        if title == "tune" and seen == 16:
            os.kill(os.getpid(), signal.SIGTERM)
        del note

    del total, unit
    yield advance


def logits(model: LoadedModel) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model.network.model(input_ids=torch.arange(3, 60)[None]).logits
    return found


@pytest.mark.parametrize("family", ["llama", "gemma"])
def test_the_finished_folder_is_a_model_with_its_template(family: str, release: Path, tmp_path: Path) -> None:
    done = tune(recipe(family), release, tmp_path / "out")
    manifest = read_manifest(tmp_path / "out", "model")
    verify(tmp_path / "out", manifest)
    assert result(manifest, Adapter) == done
    assert {"model.safetensors", "config.json", "tokenizer.json", "README.md", "metrics.jsonl"} <= set(manifest.files)
    assert done.last_loss < done.first_loss
    tuned, base = load(str(tmp_path / "out"), precision="fp32"), load(f"tiny:{family}", precision="fp32")
    assert done.parameters == sum(weight.numel() for weight in base.network.model.parameters())
    assert not torch.allclose(logits(tuned), logits(base), atol=0.1)
    assert read_tuned(Subject(base=str(tmp_path / "out"))).template == "alpaca_ja"
    subject = Subject(base=str(tmp_path / "out"), precision="fp32")
    assert len(answer(subject, ["日本で一番高い山は？"], Generation(context="", max_new_tokens=4))) == 1


def test_a_head_that_is_the_embedding_stays_one_with_it(release: Path, tmp_path: Path) -> None:
    tune(recipe("gemma"), release, tmp_path / "out")
    weights = load_file(tmp_path / "out" / "model.safetensors")
    assert "lm_head.weight" not in weights
    tuned = load(str(tmp_path / "out"), precision="fp32").network
    assert torch.equal(tuned.head.weight, weights["model.embed_tokens.weight"])


@pytest.mark.parametrize("family", ["llama", "gemma"])
def test_a_stopped_run_goes_on_to_the_same_bytes(family: str, release: Path, tmp_path: Path) -> None:
    tune(recipe(family), release, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        tune(recipe(family), release, tmp_path / "stopped", progress=stopping)
    (tmp_path / "stopped" / "model.safetensors").write_bytes(b"half a model")
    tune(recipe(family), release, tmp_path / "stopped")
    for name in ("model.safetensors", "config.json", "metrics.jsonl", "README.md"):
        assert (tmp_path / "stopped" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_products_in_bf16_keep_the_weights_in_fp32(release: Path, tmp_path: Path) -> None:
    exact = tune(recipe("llama"), release, tmp_path / "exact")
    rounded = tune(recipe("llama", precision="bf16"), release, tmp_path / "rounded")
    assert {weight.dtype for weight in load_file(tmp_path / "rounded" / "model.safetensors").values()} == {
        torch.float32
    }
    assert rounded.last_loss != exact.last_loss
    assert rounded.last_loss == pytest.approx(exact.last_loss, rel=0.02)


def test_a_base_may_be_its_configuration_alone(release: Path, tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    for path in locate("tiny:gpt_neox").iterdir():
        if path.suffix != ".safetensors":
            (tmp_path / "base" / path.name).write_bytes(path.read_bytes())
    bare = recipe("llama", base=str(tmp_path / "base"), init="config")
    with pytest.raises(ModelNotFound):
        load(bare.base)
    first, other = load(bare.base, seed=1), load(bare.base, seed=2)
    assert torch.equal(logits(first), logits(load(bare.base, seed=1)))
    assert not torch.allclose(logits(first), logits(other))
    assert first.digest != other.digest
    done = tune(bare, release, tmp_path / "out")
    again = tune(bare, release, tmp_path / "again")
    assert done == again
    assert done.last_loss < done.first_loss
    assert load(str(tmp_path / "out")).base_digest == load(str(tmp_path / "again")).base_digest


def test_a_model_and_an_adapter_do_not_share_a_folder(release: Path, tmp_path: Path) -> None:
    tune(recipe("llama"), release, tmp_path / "out")
    with pytest.raises(DataError, match="must hold an adapter, but its manifest says model"):
        tune(recipe("llama", lora=Lora()), release, tmp_path / "out")


def test_a_token_that_the_model_does_not_know_is_found_before_training(release: Path, tmp_path: Path) -> None:
    small = load("tiny:llama", precision="fp32")
    small.network.model.resize_token_embeddings(400)
    small.network.model.save_pretrained(tmp_path / "base")
    small.encoder.tokenizer.save_pretrained(tmp_path / "base")
    with pytest.raises(ModelError, match=r"knows 400, and the release holds number \d+ \("):
        tune(recipe("llama", base=str(tmp_path / "base")), release, tmp_path / "out")
    assert not (tmp_path / "out" / "metrics.jsonl").exists()


def test_an_end_token_that_the_model_does_not_know_is_found_on_loading(tmp_path: Path) -> None:
    small = load("tiny:llama", precision="fp32")
    small.network.model.resize_token_embeddings(2)
    small.network.model.save_pretrained(tmp_path)
    small.encoder.tokenizer.save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="knows 2 and not number 2"):
        load(str(tmp_path))
