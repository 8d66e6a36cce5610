"""The finished adapter in PEFT's own format, with its card, read back before it counts as finished."""

from pathlib import Path
from typing import Any

import torch
from peft import get_peft_model_state_dict
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from tehon.engine.adapter import CONFIG, WEIGHTS
from tehon.errors import AdapterMismatch
from tehon.storage.atomic import atomic_path, write_bytes
from tehon.storage.manifest import pretty


def export(tuned: Any, folder: Path, base: str) -> None:  # noqa: ANN401 - a foreign class without types
    """Write `adapter_model.safetensors` and `adapter_config.json`, and check that what was written is what was tuned.

    Args:
        tuned: the base with its adapter.
        folder: of the run.
        base: the name to write into the configuration.

    Raises:
        AdapterMismatch: the file differs from the model in memory.
    """
    tensors = {
        name: tensor.detach().to("cpu", torch.float32).contiguous()
        for name, tensor in sorted(get_peft_model_state_dict(tuned, save_embedding_layers=False).items())
    }
    path = folder / WEIGHTS[0]
    with atomic_path(path) as partial:
        save_file(tensors, partial, {"format": "pt"})
    # The base as it was named, not the folder in this machine's cache.
    config = tuned.peft_config["default"].to_dict() | {"base_model_name_or_path": base, "inference_mode": True}
    write_bytes(folder / CONFIG, pretty({key: _ordered(value) for key, value in sorted(config.items())}))
    check(path, tensors)


def check(path: Path, tensors: dict[str, Tensor]) -> None:
    """Read an adapter back and compare names, shapes and norms.

    Raises:
        AdapterMismatch: something is missing or differs.
    """
    remedy = "Run the same command again: it goes on from the last checkpoint"
    with safe_open(path, "pt") as file:
        names = set(file.keys())
        if not tensors or names != tensors.keys():
            problem = f"must hold {len(tensors)} matrices, but holds {len(names)}"
            raise AdapterMismatch(str(path), problem, remedy)
        for name, tensor in tensors.items():
            back = file.get_tensor(name)
            if back.shape != tensor.shape or back.norm() != tensor.norm():
                raise AdapterMismatch(str(path), f"{name} must come back as it was written, but differs", remedy)


def _ordered(value: object) -> object:
    """Sets as sorted lists, so that the same adapter is the same bytes."""
    return sorted(value) if isinstance(value, set) else value
