"""What a model's name may be, and the local folder that it means."""

import re
from pathlib import Path

from tehon.engine import gguf, tiny
from tehon.errors import ModelNotFound

HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
CONFIG_FILES = ("*.json", "*.model", "*.txt", "*.jinja")


def locate(name: str) -> Path:
    """The local folder of a model, fetched, unpacked or made first where that is needed.

    Args:
        name: a folder; a `*.gguf` file; `package:NAME` for a GGUF inside an installed package; `tiny:FAMILY` for a
            random model made on the spot; or a name on the Hugging Face hub.

    Raises:
        ModelNotFound: there is no model of that name.
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
        return path
    if path.is_dir():
        raise ModelNotFound(name, "the folder must hold config.json and weights, but has no config.json", _REMEDY)
    if HUB_NAME.fullmatch(name) and not name.startswith("."):
        return _from_hub(name)
    raise ModelNotFound(name, "must be a folder, a GGUF file, package:NAME, tiny:FAMILY or a hub name", _REMEDY)


_REMEDY = "Check the path, or try --base tiny:llama"


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - only this path needs the hub
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError  # noqa: PLC0415

    try:
        folder = Path(snapshot_download(name, allow_patterns=[*CONFIG_FILES, "*.safetensors"]))
        if not any(folder.glob("*.safetensors")):
            # Older uploads have only pickled tensors; they are read with `weights_only`, which runs no code.
            folder = Path(snapshot_download(name, allow_patterns=[*CONFIG_FILES, "*.bin"]))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        problem = f"must be a folder here or a model on the hub, but {type(error).__name__} came"
        raise ModelNotFound(name, problem, _REMEDY) from error
    return folder
