"""What steps cost: wall clock, processor time and memory, read between them, and the positions that were computed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import nn

from tehon.progress import Advance

TUNING = "tune"
"""Title of the line that tehon moves after every step."""


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What one way has cost, step by step.

    Attributes:
        wall_seconds: of each step.
        cpu_seconds: of each step, all threads together.
        peak_bytes: resident at most since the first step began; on an accelerator, what tensors took of its memory.
        positions: that went through the model in all steps.
        scored: positions whose logits were computed in all steps.
        loss: of the first step, per scored token, in nats.
        gradient_norm: of the first step, before clipping.
    """

    wall_seconds: list[float]
    cpu_seconds: list[float]
    peak_bytes: int
    positions: int
    scored: int
    loss: float
    gradient_norm: float


class Clock:
    """Marks the beginning of the first step and the end of each."""

    def __init__(self) -> None:
        """Nothing is marked yet."""
        self._marks: list[tuple[float, float]] = []
        self.positions = 0
        self._peak_bytes = 0

    def mark(self) -> None:
        """A step ends here, or the first one begins."""
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        if not self._marks:
            _forget_peak()
        self._marks.append((time.perf_counter(), time.process_time()))
        # Read at once, before anything is written or saved.
        self._peak_bytes = _peak_bytes()

    def count(self, embedding: nn.Module) -> None:
        """Count what goes through a model, by what is looked up in its embedding."""
        embedding.register_forward_pre_hook(self._see)

    def _see(self, _: nn.Module, given: tuple[Any, ...]) -> None:
        batch, time_ = given[0].shape
        self.positions += batch * time_

    @contextmanager
    def progress(self, title: str, total: int | None, unit: str) -> Iterator[Advance]:
        """Tehon's progress, which is told about the beginning and about every step."""
        del total, unit

        def advance(done: int, note: str = "") -> None:
            del done, note
            if title == TUNING:
                self.mark()

        yield advance

    def cost(self, *, positions: int, scored: int, loss: float, gradient_norm: float) -> Cost:
        """The sum of it."""
        steps = list(zip(self._marks, self._marks[1:], strict=False))
        return Cost(
            wall_seconds=[after[0] - before[0] for before, after in steps],
            cpu_seconds=[after[1] - before[1] for before, after in steps],
            peak_bytes=self._peak_bytes,
            positions=positions,
            scored=scored,
            loss=loss,
            gradient_norm=gradient_norm,
        )


def _forget_peak() -> None:
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    else:
        # Linux: 5 sets the highest resident size back to the present one.
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_bytes() -> int:
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
