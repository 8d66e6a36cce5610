"""An adapter from disk into a loaded model, checked on the way."""

import warnings
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from peft import PeftConfig, PeftModel, get_peft_model_state_dict
from peft.utils import load_peft_weights
from safetensors import SafetensorError, safe_open

from tehon.engine import pickled
from tehon.engine.network import Network
from tehon.engine.quiet import quiet
from tehon.errors import AdapterMismatch, ModelNotFound
from tehon.records.tuning import Adapter
from tehon.storage.manifest import MANIFEST, file_sha256, read_manifest, result

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
PICKLES = ("adapter_model.bin", "pytorch_model.bin")
"""What older trainers wrote: PEFT's file, and the authors' checkpoints."""
EMPTY_BYTES = 443
"""Of PEFT 0.3's last save where its state was replaced: a pickle of nothing."""


@dataclass(frozen=True, slots=True)
class Attached:
    """An adapter in a loaded model.

    Attributes:
        digest: of its files.
        tuned: PEFT's wrapper of the base.
    """

    digest: str
    tuned: Any

    def switch(self, *, on: bool) -> None:
        """Let it add to what the layers compute, or leave them as the base's own."""
        if on:
            self.tuned.base_model.enable_adapter_layers()
            self.tuned.requires_grad_(requires_grad=False)
        else:
            self.tuned.base_model.disable_adapter_layers()

    def detach(self) -> None:
        """Take it out again: the base is as it was, bit for bit, for its own weights were never touched."""
        self.tuned.unload()


def attach(net: Network, folder: Path, base_digest: str, *, allow_bin: bool = False) -> Attached:
    """Put the adapter's matrices, in fp32, beside the frozen weights.

    Args:
        net: the base; it is changed in place.
        folder: written by `tune` or by PEFT.
        base_digest: of the base as it was loaded.
        allow_bin: pickled matrices are read, too, as plain tensors.

    Raises:
        ModelNotFound: the folder holds no adapter.
        ModelError: it holds only pickled matrices, and these may not be read or are more than tensors.
        AdapterMismatch: the adapter was tuned on another base, its weights do not fit the base exactly, or they change
            nothing.
    """
    _check_base(folder, base_digest)
    safe = _safe(folder, allow_bin=allow_bin)
    _check_filled(safe / WEIGHTS, folder)
    try:
        tuned = _with(net, safe)
    except (RuntimeError, ValueError, KeyError, TypeError, OSError) as error:
        raise AdapterMismatch(str(folder), f"must fit the base, but {error}", "Load the base that it names") from error
    _check_weights(tuned, safe, folder)
    if net.model.get_output_embeddings() is not net.head:
        raise AdapterMismatch(str(folder), "must leave the head alone, but changes it", "Tune without lm_head")
    tuned.requires_grad_(requires_grad=False).eval()
    digest = sha256(f"{file_sha256(safe / CONFIG)} {file_sha256(safe / WEIGHTS)}".encode()).hexdigest()
    return Attached(digest, tuned)


def _safe(folder: Path, *, allow_bin: bool) -> Path:
    """The folder itself, or where its pickled matrices lie as safetensors."""
    config = folder / CONFIG
    if (folder / WEIGHTS).is_file() and config.is_file():
        return folder
    found = next((folder / name for name in PICKLES if (folder / name).is_file()), None)
    if found is None or not config.is_file():
        problem = f"must hold {CONFIG} and {WEIGHTS}, but does not"
        raise ModelNotFound(str(folder), problem, "Give the folder that tehon tune wrote")
    if found.stat().st_size <= EMPTY_BYTES:
        raise _empty(folder)
    if not allow_bin:
        raise pickled.refuse(str(folder), found.name)
    return pickled.adapter_folder(found, config, WEIGHTS)


def _check_filled(file: Path, folder: Path) -> None:
    """See that there is anything in it: some trainers' last save left everything out, a file of 443 bytes."""
    try:
        with safe_open(file, "pt") as tensors:
            names = list(tensors.keys())
    except SafetensorError as error:
        raise AdapterMismatch(str(folder), f"{WEIGHTS} must be safetensors, but {error}", "Fetch it again") from error
    if not names:
        raise _empty(folder)


def _empty(folder: Path) -> AdapterMismatch:
    problem = "must hold matrices, but its file is empty, as an error in older trainers leaves it"
    return AdapterMismatch(str(folder), problem, "Take a checkpoint of that run that is not empty")


def _with(net: Network, safe: Path) -> Any:  # noqa: ANN401 - a foreign class without types
    """The base with the folder's adapter in it, PEFT's remarks kept away from the user."""
    # PEFT only warns about missing weights; here they are an error, raised later with their number. The two settings
    # are those of PEFT 0.3, whose files say nothing else by them.
    remarks = ("Found missing adapter keys", r"Unexpected keyword arguments \['enable_lora', 'merge_weights'\]")
    with quiet(), warnings.catch_warnings():
        for remark in remarks:
            warnings.filterwarnings("ignore", remark, UserWarning)
        config = PeftConfig.from_pretrained(safe)
        if config.is_prompt_learning:
            raise AdapterMismatch(
                str(safe), "must change the model's weights, but adds a prompt", "Take a LoRA adapter"
            )
        config.inference_mode = True
        return PeftModel.from_pretrained(net.model, safe, config=config, torch_device=str(net.device))


def _check_base(folder: Path, base_digest: str) -> None:
    if not (folder / MANIFEST).is_file():
        return
    tuned_on = result(read_manifest(folder, "adapter"), Adapter)
    if tuned_on.base_digest != base_digest:
        problem = f"was tuned on {tuned_on.base} ({tuned_on.base_digest[:12]}), but the base here is {base_digest[:12]}"
        raise AdapterMismatch(str(folder), problem, f"Load it on {tuned_on.base}")


def _check_weights(tuned: Any, safe: Path, folder: Path) -> None:  # noqa: ANN401 - a foreign class without types
    given = load_peft_weights(str(safe), device="cpu")
    wanted = get_peft_model_state_dict(tuned, save_embedding_layers=False)
    odd = sorted(given.keys() ^ wanted.keys())
    if odd:
        problem = (
            f"must hold {len(wanted)} matrices for this base, but {len(odd)} are missing or extra, such as {odd[0]}"
        )
        raise AdapterMismatch(str(folder), problem, "Load the base that it was tuned on")
    if all(".lora_A." in name or (".lora_B." in name and not matrix.any()) for name, matrix in given.items()):
        problem = "must change the base, but changes nothing: every matrix B is zero, as before the first step"
        raise AdapterMismatch(str(folder), problem, "Leave the adapter out, or take one that was tuned")
