"""An adapter from disk into a loaded model, checked on the way."""

import warnings
from hashlib import sha256
from pathlib import Path
from typing import Any

from peft import PeftConfig, PeftModel, get_peft_model_state_dict
from peft.utils import load_peft_weights

from tehon.engine.network import Network
from tehon.engine.quiet import quiet
from tehon.errors import AdapterMismatch, ModelNotFound
from tehon.records.tuning import Adapter
from tehon.storage.manifest import MANIFEST, file_sha256, read_manifest, result

CONFIG = "adapter_config.json"
WEIGHTS = ("adapter_model.safetensors", "adapter_model.bin")


def attach(net: Network, folder: Path, base_digest: str) -> str:
    """Put the adapter's matrices, in fp32, beside the frozen weights; the digest of its files.

    Args:
        net: the base; it is changed in place.
        folder: written by `tune` or by PEFT.
        base_digest: of the base as it was loaded.

    Raises:
        ModelNotFound: the folder holds no adapter.
        AdapterMismatch: the adapter was tuned on another base, or its weights do not fit the base exactly.
    """
    file = next((folder / name for name in WEIGHTS if (folder / name).is_file()), None)
    if file is None or not (folder / CONFIG).is_file():
        problem = f"must hold {CONFIG} and {WEIGHTS[0]}, but does not"
        raise ModelNotFound(str(folder), problem, "Give the folder that tehon tune wrote")
    _check_base(folder, base_digest)
    config = PeftConfig.from_pretrained(folder)
    config.inference_mode = True
    try:
        # PEFT only warns about missing weights; here they are an error, raised below with their number.
        with quiet(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Found missing adapter keys", UserWarning)
            tuned = PeftModel.from_pretrained(net.model, folder, config=config, torch_device=str(net.device))
    except (RuntimeError, ValueError, OSError) as error:
        raise AdapterMismatch(str(folder), f"must fit the base, but {error}", "Load the base that it names") from error
    _check_weights(tuned, folder)
    if net.model.get_output_embeddings() is not net.head:
        raise AdapterMismatch(str(folder), "must leave the head alone, but changes it", "Tune without lm_head")
    tuned.requires_grad_(requires_grad=False).eval()
    return sha256(f"{file_sha256(folder / CONFIG)} {file_sha256(file)}".encode()).hexdigest()


def _check_base(folder: Path, base_digest: str) -> None:
    if not (folder / MANIFEST).is_file():
        return
    tuned_on = result(read_manifest(folder, "adapter"), Adapter)
    if tuned_on.base_digest != base_digest:
        problem = f"was tuned on {tuned_on.base} ({tuned_on.base_digest[:12]}), but the base here is {base_digest[:12]}"
        raise AdapterMismatch(str(folder), problem, f"Load it on {tuned_on.base}")


def _check_weights(tuned: Any, folder: Path) -> None:  # noqa: ANN401 - a foreign class without types
    given = load_peft_weights(str(folder), device="cpu")
    wanted = get_peft_model_state_dict(tuned, save_embedding_layers=False)
    odd = sorted(given.keys() ^ wanted.keys())
    if odd:
        problem = (
            f"must hold {len(wanted)} matrices for this base, but {len(odd)} are missing or extra, such as {odd[0]}"
        )
        raise AdapterMismatch(str(folder), problem, "Load the base that it was tuned on")
