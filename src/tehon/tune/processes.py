"""What the processes of one run say to each other; alone, a process talks to itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from accelerate import PartialState
from accelerate.utils import broadcast, broadcast_object_list, gather_object, reduce
from torch import Tensor

from tehon.errors import TehonError

T = TypeVar("T")


def summed(tensor: Tensor) -> Tensor:
    """The sum over all processes; the tensor itself where there is one."""
    total: Tensor = reduce(tensor, "sum")
    return total


def from_main(value: T) -> T:
    """What the first process holds; the others' own value counts for nothing."""
    held: list[Any] = [value]
    broadcast_object_list(held)
    told: T = held[0]
    return told


def tensor_from_main(tensor: Tensor) -> Tensor:
    """What the first process holds; the others give a tensor of its shape to be written over."""
    told: Tensor = broadcast(tensor.contiguous())
    return told


@contextmanager
def agreed() -> Iterator[None]:
    """A block that ends well in every process or in none, so that nobody waits for one that has left.

    Where it fails in several, one says what happened, and the others leave with the same exit code.

    Raises:
        TehonError: it failed here.
        SystemExit: it failed elsewhere, and here at most as well.
    """
    error: TehonError | None = None
    try:
        yield
    except TehonError as caught:
        error = caught
    me = PartialState().process_index
    failed: list[tuple[int, int]] = gather_object([(me, error.exit_code)] if error else [])
    if error and me == failed[0][0]:
        error.everywhere = True
        raise error
    if failed:
        raise SystemExit(failed[0][1])


@contextmanager
def said_once() -> Iterator[None]:
    """A block that fails in all processes or in none; the first one says so.

    Raises:
        TehonError: it failed, and this is the first process.
        SystemExit: it failed, and this is another.
    """
    try:
        yield
    except TehonError as error:
        error.everywhere = True
        if PartialState().is_main_process:
            raise
        raise SystemExit(error.exit_code) from error
