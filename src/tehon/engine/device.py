"""Which device computes, and in which precision."""

import os
from pathlib import Path

import torch

from tehon.records.tuning import Precision

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
BF16_FLAGS = frozenset({"amx_bf16", "avx512_bf16"})
"""Processor flags of matrix units for bf16; with one of them it is about four times as fast as fp32."""


def best_device() -> torch.device:
    """The accelerator where there is one, else the processor; of several processes each has its own."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    number = os.environ.get("LOCAL_RANK")
    return torch.device("cuda", int(number) % torch.cuda.device_count()) if number else torch.device("cuda")


def dtype_for(precision: Precision, device: torch.device) -> torch.dtype:
    """The type of the weights that are not packed; `auto` is bf16 where the device computes it fast, else fp32."""
    if precision in DTYPES:
        return DTYPES[precision]
    fast = torch.cuda.is_bf16_supported() if device.type == "cuda" else bool(BF16_FLAGS & _processor_flags())
    return torch.bfloat16 if fast else torch.float32


def _processor_flags() -> set[str]:
    """What Linux says the processor can do; elsewhere nothing is known."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return {flag for line in lines if line.startswith("flags") for flag in line.split(":", 1)[1].split()}
