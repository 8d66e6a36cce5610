"""What the processes of a launch do in tests of tuning: a list of runs, and steps for which one has too little memory.

A script, so that one launch serves many tests; it says what it found in files.
"""

import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import torch
from accelerate import PartialState

from tehon.engine.load import load
from tehon.engine.tokens import encoded
from tehon.progress import Advance, Progress
from tehon.records.record import Record
from tehon.records.tuning import Lora, Recipe, Sharding
from tehon.tune import gradient, lora
from tehon.tune.budget import halved
from tehon.tune.gradient import Turn
from tehon.tune.run import tune
from tehon.tune.spreads import spread_out
from tehon.tune.tuned import training

MIB = 2**20
WHOLE = 200 * 200


class Task(Record, kw_only=True):
    """One run; the last process is asked to stop after `stop` examples, and the run goes on if it should."""

    recipe: Recipe
    release: str
    out: str
    sharding: Sharding
    stop: int = 0
    resume: bool = False


class Steps(Record, kw_only=True):
    """Two steps, in which the last process may take `room` more than it has; None is all there is."""

    sharding: Sharding
    room: int | None = None


class Taken(Record, kw_only=True):
    """The budget in force after each step, its loss and its norm."""

    budgets: list[int]
    losses: list[float]
    norms: list[float]


def interrupting(after: int) -> Progress:
    """Sends the last process SIGTERM once that many examples were trained on."""

    @contextmanager
    def progress(title: str, total: int | None, unit: str) -> Iterator[Advance]:
        seen = 0

        def advance(done: int, note: str = "") -> None:
            nonlocal seen
            del note
            before, seen = seen, seen + done
            if title == "tune" and before < after <= seen and PartialState().is_last_process:
                os.kill(os.getpid(), signal.SIGTERM)

        del total, unit
        yield advance

    return progress


def run(task: Task) -> None:
    places = (task.recipe, Path(task.release), Path(task.out))
    if not task.stop:
        tune(*places, sharding=task.sharding)
        return
    with suppress(KeyboardInterrupt):
        tune(*places, sharding=task.sharding, progress=interrupting(task.stop))
    if task.resume:
        tune(*places, sharding=task.sharding)


def take(steps: Steps) -> Taken:
    net = load("tiny:llama", precision="fp32").network
    chosen = Lora(dropout=0.1)
    recipe = Recipe(name="test", template="alpaca_ja", layout="padded", lora=chosen)
    tuned = lora.add(net, recipe, chosen)
    sequences = [encoded([3 + (7 * n + t) % 500 for t in range(200)], [1.0] * 200) for n in range(200)]
    spread = spread_out(net, tuned, recipe, steps.sharding, ({}, 0))
    budgets, losses, norms, budget = [], [], [], WHOLE
    with training(tuned):
        gradient.take(net, spread, sequences[:4], recipe, Turn(0, 1000))
        with limited(steps.room if PartialState().is_last_process else None):
            for number in (1, 2):
                while (found := gradient.take(net, spread, sequences, recipe, Turn(number, budget))).full:
                    budget = halved(budget)
                budgets.append(budget)
                losses.append(found.loss)
                norms.append(spread.move(1e-2, found.weight))
    return Taken(budgets=budgets, losses=losses, norms=norms)


@contextmanager
def limited(room: int | None) -> Iterator[None]:
    if room is None:
        yield
        return
    used = int(Path("/proc/self/statm").read_text("utf-8").split()[0]) * resource.getpagesize()
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + room, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def main() -> None:
    torch.set_num_threads(1)
    PartialState(cpu=True)
    orders = msgspec.json.decode(Path(sys.argv[1]).read_bytes())
    for task in msgspec.convert(orders["tasks"], list[Task]):
        run(task)
    Path(sys.argv[1]).with_name("tasks.done").touch()
    for name, steps in msgspec.convert(orders["steps"], dict[str, Steps]).items():
        taken = take(steps)
        if PartialState().is_main_process:
            Path(sys.argv[1]).with_name(f"{name}.json").write_bytes(msgspec.json.encode(taken))


if __name__ == "__main__":
    main()
