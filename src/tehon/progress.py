"""How a stage says how far it is: it opens a line and moves it; who listens is the caller's business."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Advance(Protocol):
    """Moves a line forward."""

    def __call__(self, done: int, note: str = "") -> None:
        """Say that `done` more units are finished, and perhaps how it stands (`loss 2.31`)."""


Progress = Callable[[str, int | None, str], AbstractContextManager[Advance]]
"""Opens a line: title, total (None where it is not known), unit (`examples`, `tokens`)."""


@contextmanager
def silent(title: str, total: int | None, unit: str) -> Iterator[Advance]:
    """Listens to nothing."""
    del title, total, unit

    def advance(done: int, note: str = "") -> None:
        del done, note

    yield advance
