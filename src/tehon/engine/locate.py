"""What a model's name may be, and the local folder that it means."""

import re
from pathlib import Path

from tehon.engine import gguf, pickled, tiny
from tehon.errors import ModelNotFound

HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
CONFIG_FILES = ("*.json", "*.model", "*.txt", "*.jinja")


def locate(name: str, *, allow_bin: bool = False, weights: bool = True) -> Path:
    """The local folder of a model, fetched, unpacked, converted or made first where that is needed.

    Args:
        name: a folder; a `*.gguf` file; `package:NAME` for a GGUF inside an installed package; `tiny:FAMILY` for a
            random model made on the spot; or a name on the Hugging Face hub.
        allow_bin: pickled weights may be read, as plain tensors, and are converted to safetensors.
        weights: they are wanted, not only configuration and tokenizer.

    Raises:
        ModelNotFound: there is no model of that name.
        ModelError: it has only pickled weights, and these may not be read or hold more than tensors.
        PackageMissing: it needs a package that is not installed.
    """
    kind, colon, rest = name.partition(":")
    if colon and kind == "package":
        return gguf.unpack_package(rest)
    if colon and kind == "tiny":
        return tiny.make(rest)
    path = Path(name)
    if path.is_file() and path.suffix == ".gguf":
        return gguf.unpack(path)
    if (path / "config.json").is_file():
        return _safe(path, name, allow_bin=allow_bin) if weights else path
    if path.is_dir():
        raise ModelNotFound(name, "the folder must hold config.json and weights, but has no config.json", _REMEDY)
    if HUB_NAME.fullmatch(name) and not name.startswith("."):
        return _from_hub(name, allow_bin=allow_bin, weights=weights)
    raise ModelNotFound(name, "must be a folder, a GGUF file, package:NAME, tiny:FAMILY or a hub name", _REMEDY)


_REMEDY = "Check the path, or try --base tiny:llama"


def _safe(folder: Path, name: str, *, allow_bin: bool) -> Path:
    """The folder itself, or where its pickled weights lie as safetensors."""
    found = pickled.shards(folder)
    if not found:
        return folder
    if not allow_bin:
        raise pickled.refuse(name, found[0].name)
    rest = {path for pattern in CONFIG_FILES for path in folder.glob(pattern) if path.is_file()}
    return pickled.model_folder(folder, found, sorted(rest - set(folder.glob("*.index.json"))))


def _from_hub(name: str, *, allow_bin: bool, weights: bool) -> Path:
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - only this path needs the hub
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError  # noqa: PLC0415

    wanted = [*CONFIG_FILES, "*.safetensors"] if weights else [*CONFIG_FILES]
    try:
        folder = Path(snapshot_download(name, allow_patterns=wanted))
        if weights and not any(folder.glob("*.safetensors")):
            if not allow_bin:
                raise pickled.refuse(name, pickled.SHARDS)
            folder = Path(snapshot_download(name, allow_patterns=[*CONFIG_FILES, pickled.SHARDS]))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        problem = f"must be a folder here or a model on the hub, but {type(error).__name__} came"
        raise ModelNotFound(name, problem, _REMEDY) from error
    return _safe(folder, name, allow_bin=allow_bin) if weights else folder
