"""Tensors written as one file that is either whole or not there."""

import re
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from tehon.storage.atomic import atomic_path

SYSTEM = re.compile(r"os error (\d+)")
"""How safetensors says what the system said."""


def save_tensors(path: Path, tensors: dict[str, Tensor], notes: dict[str, str]) -> None:
    """Write a safetensors file.

    Args:
        path: of the file.
        tensors: name -> tensor on the processor.
        notes: for its header.

    Raises:
        OutOfDisk: there is no room for it.
    """
    with atomic_path(path) as partial:
        try:
            save_file(tensors, partial, notes)
        except SafetensorError as error:
            said = SYSTEM.search(str(error))
            raise OSError(int(said[1]) if said else 0, str(error)) from error
