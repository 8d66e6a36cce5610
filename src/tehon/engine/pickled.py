"""Weights that lie in pickles, `*.bin`: read as plain tensors without running any code, and kept as safetensors.

Older models of the hub and the authors' published adapter have nothing else. torch's restricted unpickler builds
tensors and containers only; what is more is refused.
"""

import pickle
import shutil
import zipfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec
import torch
from safetensors.torch import save_file
from torch import Tensor

from tehon.engine.store import atomic_folder, cache_root
from tehon.errors import ModelError
from tehon.storage.atomic import write_bytes
from tehon.storage.manifest import file_sha256, pretty

SHARDS = "pytorch_model*.bin"
INDEX = "model.safetensors.index.json"
ORIGIN = "converted_from.json"
"""Says which pickles a folder of the cache was made from."""
BROKEN = (
    AttributeError, EOFError, IndexError, KeyError, OSError, RuntimeError, TypeError, ValueError,
    pickle.UnpicklingError, zipfile.BadZipFile,
)  # fmt: skip
"""How torch says that a file is no checkpoint of tensors."""


def shards(folder: Path) -> list[Path]:
    """The pickles of a model's folder, in order; none where it has safetensors, which are read instead."""
    return [] if any(folder.glob("*.safetensors")) else sorted(folder.glob(SHARDS))


def refuse(where: str, file: str) -> ModelError:
    """The error that a pickle was met without leave to read it."""
    problem = f"weights must be safetensors, but there are only pickled ones ({file})"
    remedy = "Pass --allow-bin: they are read as plain tensors, which runs no code, and converted once"
    return ModelError(where, problem, remedy)


def model_folder(folder: Path, pickles: Sequence[Path], rest: Sequence[Path]) -> Path:
    """The folder of the cache that holds the same model as safetensors; made once, then found again.

    Args:
        folder: of the model.
        pickles: its weights.
        rest: configuration and tokenizer.

    Raises:
        ModelError: a file holds more than tensors, or is damaged.
    """
    digests = {path.name: file_sha256(path) for path in (*pickles, *rest)}
    target = cache_root() / "models" / f"{folder.resolve().name}-{_short(digests)}"
    if target.exists():
        return target
    with atomic_folder(target) as partial:
        place: dict[str, str] = {}
        for number, path in enumerate(pickles, 1):
            name = "model.safetensors" if len(pickles) == 1 else f"model-{number:05}-of-{len(pickles):05}.safetensors"
            tensors = read(path)
            save_file(tensors, partial / name, {"format": "pt"})
            place |= dict.fromkeys(tensors, name)
        if len(pickles) > 1:
            size = sum((partial / name).stat().st_size for name in set(place.values()))
            write_bytes(partial / INDEX, pretty({"metadata": {"total_size": size}, "weight_map": place}))
        for path in rest:
            shutil.copyfile(path, partial / path.name)
        write_bytes(partial / ORIGIN, pretty({path.name: digests[path.name] for path in pickles}))
    return target


def adapter_folder(pickle_: Path, config: Path, weights: str) -> Path:
    """The folder of the cache that holds the same adapter as safetensors; made once, then found again.

    Args:
        pickle_: its matrices.
        config: its configuration.
        weights: the name of the new file.

    Raises:
        ModelError: the file holds more than tensors, or is damaged.
    """
    digests = {path.name: file_sha256(path) for path in (pickle_, config)}
    target = cache_root() / "adapters" / _short(digests)
    if not target.exists():
        tensors = read(pickle_)
        with atomic_folder(target) as partial:
            save_file(tensors, partial / weights, {"format": "pt"})
            shutil.copyfile(config, partial / config.name)
            write_bytes(partial / ORIGIN, pretty({pickle_.name: digests[pickle_.name]}))
    return target


def read(path: Path) -> dict[str, Tensor]:
    """Name -> tensor, each with memory of its own, as safetensors want it.

    Raises:
        ModelError: the file holds more than tensors, or is damaged.
    """
    remedy = "Take the model from another place, as safetensors"
    try:
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except BROKEN as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise ModelError(str(path), f"must hold tensors and nothing else, but {reason}", remedy) from error
    if not isinstance(found, dict):
        raise ModelError(str(path), f"must hold named tensors, but holds a {type(found).__name__}", remedy)
    for name, tensor in found.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor) or not _whole(tensor):
            raise ModelError(str(path), f"must hold plain tensors alone, but {name!r} is none", remedy)
    return {name: tensor.detach().clone(memory_format=torch.contiguous_format) for name, tensor in found.items()}


def _whole(tensor: Tensor) -> bool:
    """Whether every number lies in the file: a few bytes could be stretched to fill the memory."""
    if tensor.layout != torch.strided or tensor.is_quantized:
        return False
    return tensor.numel() * tensor.element_size() <= tensor.untyped_storage().nbytes()


def _short(digests: dict[str, str]) -> str:
    return sha256(msgspec.json.encode(digests, order="sorted")).hexdigest()[:16]
