"""Pickled weights: read as plain tensors on request, never run."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tehon.engine import pickled
from tehon.engine.load import LoadedModel, base_digest, load
from tehon.engine.locate import locate
from tehon.errors import AdapterMismatch, ModelError
from tehon.records.tuning import Lora, Recipe
from tehon.tune.begin import begin
from tehon.tune.export import export

OLD_CONFIG = {
    "base_model_name_or_path": "cyberagent/open-calm-7b",
    "bias": "none",
    "enable_lora": None,
    "fan_in_fan_out": False,
    "inference_mode": True,
    "lora_alpha": 16,
    "lora_dropout": 0.05,
    "merge_weights": False,
    "modules_to_save": None,
    "peft_type": "LORA",
    "r": 4,
    "target_modules": ["query_key_value"],
    "task_type": "CAUSAL_LM",
}
"""As PEFT 0.3 wrote it, the version of the paper's own adapters."""


class Hostile:
    """Unpickled by Python, it writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.write_text, (self.path, "ran")


def logits(model: LoadedModel) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model.network.model(input_ids=torch.arange(3, 60)[None]).logits
    return found


def with_pickles(folder: Path, family: str, shards: int = 1) -> Path:
    """A tiny model's folder as older uploads are: its weights in pickles."""
    folder.mkdir()
    whole = locate(f"tiny:{family}")
    for path in whole.iterdir():
        if path.suffix != ".safetensors":
            (folder / path.name).write_bytes(path.read_bytes())
    weights = load_file(whole / "model.safetensors")
    names = sorted(weights)
    for number in range(shards):
        part = {name: weights[name] for name in names[number::shards]}
        name = "pytorch_model.bin" if shards == 1 else f"pytorch_model-{number + 1:05}-of-{shards:05}.bin"
        torch.save(part, folder / name)
    if shards > 1:
        (folder / "pytorch_model.bin.index.json").write_text('{"weight_map": {"../../x": "/etc/passwd"}}')
    return folder


@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("family", ["gpt_neox", "gemma"])
def test_pickled_weights_give_the_same_model_on_request(family: str, shards: int, tmp_path: Path) -> None:
    folder = with_pickles(tmp_path / "base", family, shards)
    with pytest.raises(ModelError, match=r"only pickled ones \(pytorch_model.*\.bin\)\. Pass --allow-bin"):
        load(str(folder))
    with pytest.raises(ModelError, match="Pass --allow-bin"):
        base_digest(str(folder))
    model = load(str(folder), precision="fp32", allow_bin=True)
    assert torch.equal(logits(model), logits(load(f"tiny:{family}", precision="fp32")))
    assert model.base_digest == base_digest(str(folder), allow_bin=True)


def test_they_are_converted_once_and_their_digest_is_recorded(tmp_path: Path) -> None:
    folder = with_pickles(tmp_path / "base", "llama")
    first = locate(str(folder), allow_bin=True)
    stamp = (first / "model.safetensors").stat().st_mtime_ns
    assert locate(str(folder), allow_bin=True) == first
    assert (first / "model.safetensors").stat().st_mtime_ns == stamp
    recorded = json.loads((first / "converted_from.json").read_bytes())
    assert list(recorded) == ["pytorch_model.bin"]
    assert len(recorded["pytorch_model.bin"]) == 64


def test_safetensors_beside_them_are_read_instead(tmp_path: Path) -> None:
    folder = with_pickles(tmp_path / "base", "llama")
    (folder / "pytorch_model.bin").write_bytes(b"never read")
    (folder / "model.safetensors").write_bytes((locate("tiny:llama") / "model.safetensors").read_bytes())
    assert locate(str(folder)) == folder
    assert torch.equal(logits(load(str(folder))), logits(load("tiny:llama")))


@pytest.mark.parametrize("old", [False, True], ids=["zip", "before 1.6"])
def test_a_hostile_pickle_is_refused_and_does_not_run(old: bool, tmp_path: Path) -> None:  # noqa: FBT001
    folder = with_pickles(tmp_path / "base", "llama")
    weights = {"a": torch.zeros(2), "b": Hostile(tmp_path / "trace")}
    torch.save(weights, folder / "pytorch_model.bin", _use_new_zipfile_serialization=not old)
    with pytest.raises(ModelError, match=r"pytorch_model\.bin: must hold tensors and nothing else"):
        load(str(folder), allow_bin=True)
    assert not (tmp_path / "trace").exists()
    # The same file does run where pickles are trusted, so that the test would notice.
    torch.load(folder / "pytorch_model.bin", weights_only=False)
    assert (tmp_path / "trace").read_text() == "ran"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no pickle",
        pickle.dumps([1, 2], 2),
        pickle.dumps({"a": 1}, 2),
        b"PK\x03\x04 half an archive",
    ],
    ids=["empty", "text", "list", "numbers", "half"],
)
def test_what_holds_no_named_tensors_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(content)
    with pytest.raises(ModelError, match=r"pytorch_model\.bin: must hold"):
        pickled.read(tmp_path / "pytorch_model.bin")


@pytest.mark.parametrize("value", [[1, 2], torch.zeros(1).expand(1 << 40), torch.eye(2).to_sparse()], ids=str)
def test_what_is_no_whole_tensor_is_refused_before_it_fills_the_memory(value: object, tmp_path: Path) -> None:
    torch.save({"a": value}, tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelError, match="must hold plain tensors alone, but 'a' is none"):
        pickled.read(tmp_path / "pytorch_model.bin")


def adapter(folder: Path, name: str) -> dict[str, torch.Tensor]:
    """An adapter of the tiny GPT-NeoX as PEFT 0.3 wrote it; its matrices."""
    model = load("tiny:gpt_neox", precision="fp32")
    tuned = begin(model, Recipe(name="test", template="alpaca_ja", lora=Lora(), precision="fp32"))
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(0)
        for parameter in tuned.parameters.values():
            parameter.normal_(std=0.1)
    folder.mkdir()
    export(model, tuned, {name: parameter.detach() for name, parameter in tuned.parameters.items()}, folder)
    matrices = load_file(folder / "adapter_model.safetensors")
    torch.save(matrices, folder / name)
    (folder / "adapter_model.safetensors").unlink()
    (folder / "adapter_config.json").write_text(json.dumps(OLD_CONFIG))
    return matrices


@pytest.mark.parametrize("name", ["adapter_model.bin", "pytorch_model.bin"])
def test_an_old_adapter_is_read_on_request(name: str, tmp_path: Path) -> None:
    matrices = adapter(tmp_path / "old", name)
    with pytest.raises(ModelError, match=rf"only pickled ones \({name}\)"):
        load("tiny:gpt_neox", adapter=tmp_path / "old")
    model = load("tiny:gpt_neox", adapter=tmp_path / "old", precision="fp32", allow_bin=True)
    found = {key.replace(".default", ""): value for key, value in model.network.model.state_dict().items()}
    for key, matrix in matrices.items():
        assert torch.equal(found[key.removeprefix("base_model.model.")], matrix)


def test_the_empty_adapter_of_older_trainers_is_recognised(tmp_path: Path) -> None:
    adapter(tmp_path / "old", "adapter_model.bin")
    torch.save({}, tmp_path / "old" / "adapter_model.bin")
    with pytest.raises(AdapterMismatch, match="its file is empty, as an error in older trainers leaves it"):
        load("tiny:gpt_neox", adapter=tmp_path / "old", allow_bin=True)


def test_an_adapter_of_443_bytes_is_known_to_be_empty_without_being_read(tmp_path: Path) -> None:
    adapter(tmp_path / "old", "adapter_model.bin")
    torch.save({}, tmp_path / "old" / "adapter_model.bin", _use_new_zipfile_serialization=False)
    assert (tmp_path / "old" / "adapter_model.bin").stat().st_size <= 443
    with pytest.raises(AdapterMismatch, match="its file is empty, as an error in older trainers leaves it"):
        load("tiny:gpt_neox", adapter=tmp_path / "old")


def test_a_hostile_adapter_does_not_run(tmp_path: Path) -> None:
    adapter(tmp_path / "old", "adapter_model.bin")
    torch.save({"a": Hostile(tmp_path / "trace")}, tmp_path / "old" / "adapter_model.bin")
    with pytest.raises(ModelError, match=r"adapter_model\.bin: must hold tensors and nothing else"):
        load("tiny:gpt_neox", adapter=tmp_path / "old", allow_bin=True)
    assert not (tmp_path / "trace").exists()


def test_an_adapter_that_adds_a_prompt_is_refused(tmp_path: Path) -> None:
    adapter(tmp_path / "old", "adapter_model.bin")
    prompt = {"peft_type": "PROMPT_TUNING", "task_type": "CAUSAL_LM", "num_virtual_tokens": 2}
    (tmp_path / "old" / "adapter_config.json").write_text(json.dumps(prompt))
    with pytest.raises(AdapterMismatch, match="must change the model's weights, but adds a prompt"):
        load("tiny:gpt_neox", adapter=tmp_path / "old", allow_bin=True)


def test_a_configuration_that_is_no_json_is_an_error(tmp_path: Path) -> None:
    adapter(tmp_path / "old", "adapter_model.bin")
    (tmp_path / "old" / "adapter_config.json").write_text("{")
    with pytest.raises(AdapterMismatch, match="must fit the base, but"):
        load("tiny:gpt_neox", adapter=tmp_path / "old", allow_bin=True)
