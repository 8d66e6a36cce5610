"""The finished adapter in PEFT's own format, or the finished model, read back before it counts as finished."""

from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from peft import get_peft_model_state_dict
from safetensors import safe_open
from torch import Tensor, nn

from tehon.engine.adapter import CONFIG, WEIGHTS
from tehon.engine.load import LoadedModel
from tehon.engine.quiet import quiet
from tehon.errors import AdapterMismatch
from tehon.storage.atomic import PARTIAL, disk_errors, write_bytes
from tehon.storage.manifest import pretty
from tehon.tune.tensors import save_tensors
from tehon.tune.tuned import Tuned

REMEDY = "Run the same command again: it goes on from the last checkpoint"
MODEL_FILES = (
    "config.json", "generation_config.json", "model*.safetensors", "model.safetensors.index.json", "tokenizer*",
    "special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "*.model", "vocab.*", "merges.txt",
)  # fmt: skip
"""What transformers writes of a model and its tokenizer."""


def export(model: LoadedModel, tuned: Tuned, weights: dict[str, Tensor], folder: Path) -> None:
    """Write what was tuned, and check that what was written is what was tuned.

    Args:
        model: the base, under the name to write into the configuration.
        tuned: how it was tuned.
        weights: trained parameter -> what became of it, whole.
        folder: of the run.

    Raises:
        AdapterMismatch: a file differs from the model in memory.
    """
    if tuned.whole:
        save_model(model, folder, weights)
    else:
        _save_adapter(tuned, weights, folder, model.name)


def save_model(model: LoadedModel, folder: Path, weights: dict[str, Tensor] | None = None) -> None:
    """Write weights, configuration and tokenizer as a folder that can be loaded as a base.

    Args:
        model: the base.
        folder: to write to.
        weights: parameter -> its value, where it is not the model's own.

    Raises:
        AdapterMismatch: a file differs from the model in memory.
    """
    state = _state(model.network.model, weights or {})
    with quiet(), disk_errors(folder), TemporaryDirectory(prefix=".", suffix=PARTIAL, dir=folder) as partial:
        model.network.model.save_pretrained(partial, state_dict=state)
        model.encoder.tokenizer.save_pretrained(partial)
        for path in Path(partial).iterdir():
            path.replace(folder / path.name)
    for path in sorted(folder.glob("model*.safetensors")):
        with safe_open(path, "pt") as file:
            _compare(path, {name: state[name] for name in file.keys() if name in state})  # noqa: SIM118 - no mapping


def _state(model: nn.Module, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The model's state with these values; a tied parameter has several names, and its value is under one of them."""
    named = list(model.named_parameters(remove_duplicate=False))
    values = {id(parameter): weights[name] for name, parameter in named if name in weights}
    return model.state_dict() | {name: values[id(parameter)] for name, parameter in named if id(parameter) in values}


def _save_adapter(tuned: Tuned, weights: dict[str, Tensor], folder: Path, base: str) -> None:
    """Write `adapter_model.safetensors` and `adapter_config.json`."""
    state = get_peft_model_state_dict(tuned.model, state_dict=weights, save_embedding_layers=False)
    tensors = {
        name: _for_whole_base(name, tensor.detach().to("cpu", torch.float32), tuned.taken_out).contiguous()
        for name, tensor in sorted(state.items())
    }
    path = folder / WEIGHTS
    save_tensors(path, tensors, {"format": "pt"})
    write_bytes(folder / CONFIG, pretty(_config(tuned, base)))
    _compare(path, tensors)
    check_names(path, tensors)


def _for_whole_base(name: str, matrix: Tensor, taken_out: dict[str, Tensor]) -> Tensor:
    """The matrix for the base as it was before anything was taken out of it.

    The base lost s·B₀A₀ and gained s·BA. Side by side, [B, −B₀] and [A; A₀] are the difference as one adapter.
    """
    if name not in taken_out:
        return matrix
    start = taken_out[name]
    return torch.cat([matrix, start]) if ".lora_A." in name else torch.cat([matrix, -start], dim=1)


def _config(tuned: Tuned, base: str) -> dict[str, object]:
    """PEFT's configuration; the base as it was named, not the folder in this machine's cache."""
    config = tuned.model.peft_config["default"]
    given = config.to_dict() | {"base_model_name_or_path": base, "inference_mode": True}
    if tuned.taken_out:
        scale = config.lora_alpha / (config.r**0.5 if config.use_rslora else config.r)
        rank = 2 * config.r
        given |= {"r": rank, "lora_alpha": scale * rank, "use_rslora": False, "init_lora_weights": True}
    # Sets as sorted lists, so that the same adapter is the same bytes.
    return {key: sorted(value) if isinstance(value, set) else value for key, value in sorted(given.items())}


def check_names(path: Path, tensors: dict[str, Tensor]) -> None:
    """See that a file holds every tensor, and at least one.

    Raises:
        AdapterMismatch: it does not.
    """
    with safe_open(path, "pt") as file:
        names = set(file.keys())
    if not tensors or names != tensors.keys():
        problem = f"must hold {len(tensors)} matrices, but holds {len(names)}"
        raise AdapterMismatch(str(path), problem, REMEDY)


def _compare(path: Path, tensors: dict[str, Tensor]) -> None:
    with safe_open(path, "pt") as file:
        for name, tensor in tensors.items():
            back = file.get_tensor(name)
            if back.shape != tensor.shape or back.float().norm() != tensor.detach().cpu().float().norm():
                raise AdapterMismatch(str(path), f"{name} must come back as it was written, but differs", REMEDY)
