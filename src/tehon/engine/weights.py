"""A folder's configuration and weights as a model of transformers: read, packed into few bits, or drawn at random."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import torch
from transformers import AutoConfig, AutoModelForCausalLM, BitsAndBytesConfig

from tehon.engine.device import best_device, dtype_for
from tehon.engine.quiet import quiet
from tehon.errors import ModelError, ModelNotFound, PackageMissing
from tehon.families import FAMILIES
from tehon.records.tuning import PACKED, Family, Precision


class Wanted(NamedTuple):
    """How weights are to be.

    Attributes:
        precision: of the frozen ones.
        seed: draws them at random for the configuration; None reads the folder's own.
        device: where they lie; None takes the best there is.
    """

    precision: Precision = "auto"
    seed: int | None = None
    device: torch.device | None = None

    @property
    def dtype(self) -> torch.dtype:
        """Of the weights that are not packed."""
        return dtype_for(self.precision, best_device())

    @property
    def identity(self) -> str:
        """What they come to on this machine."""
        packed = f" {self.precision}" if self.precision in PACKED else ""
        return f"{self.dtype}{packed}" + ("" if self.seed is None else f" drawn by {self.seed}")


def weigh(folder: Path, wanted: Wanted, where: str) -> tuple[Any, Family]:
    """The model, frozen and in evaluation mode where it computes, and its family.

    Args:
        folder: of the model.
        wanted: how its weights are to be.
        where: its name, for errors.

    Raises:
        ModelNotFound: its files cannot be read.
        ModelError: it belongs to no family on the shelf.
        PackageMissing: packing needs bitsandbytes.
    """
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        family = family_of(config.model_type, where)
        with quiet():
            model = _read(folder, wanted, where) if wanted.seed is None else _drawn(config, wanted)
    except (ImportError, OSError, ValueError, RuntimeError) as error:
        problem = f"the folder {folder} must hold a model that transformers can read, but {error}"
        raise ModelNotFound(where, problem, "Fetch the model again") from error
    return model.requires_grad_(requires_grad=False).eval(), family


def family_of(model_type: str, where: str) -> Family:
    """The family that a `model_type` of `config.json` belongs to.

    Raises:
        ModelError: none does.
    """
    for family in FAMILIES.values():
        if model_type in family.model_types:
            return family
    known = ", ".join(kind for family in FAMILIES.values() for kind in family.model_types)
    problem = f"the model must be of a known family ({known}), but is {model_type}"
    raise ModelError(where, problem, "Add a file to tehon/families, or take another model")


def _read(folder: Path, wanted: Wanted, where: str) -> Any:  # noqa: ANN401 - a foreign class without types
    device = best_device()
    place = {"quantization_config": _packing(wanted, where), "device_map": {"": device}}
    model = AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=wanted.dtype,
        attn_implementation="sdpa",
        use_safetensors=True,
        trust_remote_code=False,
        **(place if wanted.precision in PACKED else {}),
    )
    return _differentiable(model) if wanted.precision in PACKED else model.to(wanted.device or device)


def _differentiable(model: Any) -> Any:  # noqa: ANN401 - likewise
    """The packed model, kept from packing itself anew on some processors, in a form that loses its gradient."""
    from bitsandbytes.nn import Linear4bit  # noqa: PLC0415 - only packed models need it

    for module in model.modules():
        if isinstance(module, Linear4bit):
            module.support_avx512bf16_for_cpu = False
    return model


def _drawn(config: Any, wanted: Wanted) -> Any:  # noqa: ANN401 - likewise
    with torch.random.fork_rng(), best_device():
        torch.manual_seed(wanted.seed or 0)
        model = AutoModelForCausalLM.from_config(config, dtype=wanted.dtype, attn_implementation="sdpa")
    return model if wanted.device is None else model.to(wanted.device)


def _packing(wanted: Wanted, where: str) -> BitsAndBytesConfig:
    if wanted.precision in PACKED and find_spec("bitsandbytes") is None:
        problem = f"the package bitsandbytes must be installed for precision {wanted.precision}, but is not"
        raise PackageMissing(where, problem, "Run pip install 'tehon[quant]'")
    if wanted.precision == "int8":
        return BitsAndBytesConfig(load_in_8bit=True)
    # Dettmers et al. 2023, arXiv 2305.14314: normal floats, the scales packed as well.
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=wanted.dtype,
    )
