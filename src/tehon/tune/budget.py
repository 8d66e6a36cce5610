"""How many positions go through the model in one pass: the recipe's number, or as many as memory holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from logging import getLogger

import torch

from tehon.errors import OutOfMemory
from tehon.records.tuning import Recipe

LOG = getLogger(__name__)
ON_PROCESSOR = 1024
"""A row's mask costs its length squared; beyond this the products gain nothing on a processor."""
ON_ACCELERATOR = 16_384
"""To begin with; it halves until it fits."""
LEAST = 64
FULL = ("can't allocate memory", "out of memory")
"""How torch says it of the processor's memory, which has no error class of its own."""


def first_budget(recipe: Recipe, device: torch.device) -> int:
    """Positions in one pass, at most, of a run that begins."""
    if isinstance(recipe.token_budget, int):
        return recipe.token_budget
    return ON_PROCESSOR if device.type == "cpu" else ON_ACCELERATOR


def halved(budget: int) -> int:
    """The next budget to try after memory ran out.

    Raises:
        OutOfMemory: there is none.
    """
    if budget <= LEAST:
        problem = f"a pass of {budget} positions must fit into memory, but does not"
        raise OutOfMemory(
            "token_budget", problem, "Set activation_checkpointing = true, or take a smaller base or sequence_length"
        )
    LOG.info("memory is full at %d positions a pass; the step is computed again with %d", budget, budget // 2)
    return budget // 2


class Full(Exception):
    """Memory ran out within a pass."""


@contextmanager
def memory_watched() -> Iterator[None]:
    """Turn each of the ways in which memory runs out into one.

    Raises:
        Full: it ran out.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise Full from error
    except RuntimeError as error:
        if not any(words in str(error) for words in FULL):
            raise
        raise Full from error
