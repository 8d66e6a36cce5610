"""What the device can do at best, measured: the yardstick that a run's speed is told by."""

from time import perf_counter

import torch

ON_PROCESSOR, ON_ACCELERATOR = 1024, 8192
"""Width of the square matrices that are multiplied."""
REPEATS = 5


def matmul_peak(device: torch.device, dtype: torch.dtype) -> float:
    """Floating-point operations a second of the fastest of a few large matrix products."""
    width = ON_PROCESSOR if device.type == "cpu" else ON_ACCELERATOR
    matrix = torch.ones(width, width, dtype=dtype, device=device)
    seconds = []
    for _ in range(REPEATS):
        _wait(device)
        started = perf_counter()
        matrix @ matrix
        _wait(device)
        seconds.append(perf_counter() - started)
    return 2 * width**3 / min(seconds)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
