"""The loop: draw a step, take its gradient, move the adapter, say how it stands, keep a checkpoint."""

from dataclasses import dataclass
from itertools import islice
from math import isfinite
from pathlib import Path
from time import monotonic

import msgspec
import torch
from accelerate import PartialState
from torch.optim import AdamW

from tehon.engine.network import Network
from tehon.errors import NotFinite
from tehon.progress import Advance, Progress
from tehon.records.tuning import Recipe
from tehon.storage.shards import read_examples
from tehon.tune import checkpoint, curve, gradient
from tehon.tune.budget import first_budget, halved
from tehon.tune.checkpoint import State
from tehon.tune.encode import Corpus
from tehon.tune.gradient import Turn
from tehon.tune.job import Job
from tehon.tune.lora import Parameters, Tuned
from tehon.tune.order import Order
from tehon.tune.schedule import learning_rate
from tehon.tune.stop import stoppable

NAMED = 8
"""Examples that an error names."""


@dataclass(frozen=True, slots=True)
class Run:
    """One tuning run.

    Attributes:
        job: what it is asked to do.
        net: the base with its adapter.
        tuned: the base with its adapter.
        corpus: what is trained on.
        folder: where checkpoints and the curve go.
    """

    job: Job
    net: Network
    tuned: Tuned
    corpus: Corpus
    folder: Path

    @property
    def recipe(self) -> Recipe:
        """How."""
        return self.job.recipe

    @property
    def parameters(self) -> Parameters:
        """The adapter's matrices."""
        return self.tuned.parameters

    @property
    def order(self) -> Order:
        """Which examples each step holds."""
        recipe = self.recipe
        return Order(
            examples=len(self.corpus),
            batch_size=recipe.batch_size,
            epochs=recipe.epochs,
            seed=recipe.seed,
            max_steps=recipe.max_steps,
        )

    def names(self, step: int) -> str:
        """The ids of a step's first examples; they are read from the release again, so that no run carries them."""
        rows = set(self.corpus.rows[self.order.step(step)].tolist())
        found = (example.id for row, example in enumerate(read_examples(self.job.release)) if row in rows)
        return ", ".join(islice(found, NAMED)) + (", …" if len(rows) > NAMED else "")


def train(run: Run, progress: Progress) -> State:
    """Run every step that is not done yet.

    Raises:
        NotFinite: a loss or gradient is NaN or infinite; the last checkpoint stays.
        KeyboardInterrupt: SIGINT or SIGTERM came; a checkpoint is written first.
    """
    optimiser = AdamW(run.parameters.values(), lr=run.recipe.learning_rate, weight_decay=run.recipe.weight_decay)
    state = checkpoint.restore(run.folder, run.job.identity, run.parameters, optimiser)
    main = PartialState().is_main_process
    if main:
        curve.rewind(run.folder, state.step)
    saved = monotonic()
    total = run.order.drawn(run.order.steps)
    with stoppable() as stop, progress("tune", total, "examples") as advance, torch.random.fork_rng():
        advance(run.order.drawn(state.step))
        while state.step < run.order.steps:
            state, asked = _step(run, state, optimiser, advance, stop=stop.asked)
            due = monotonic() - saved >= 60 * run.recipe.checkpoint_minutes
            if main and state.step < run.order.steps and (due or asked):
                checkpoint.save(run.folder, run.job.identity, state, run.parameters, optimiser)
                saved = monotonic()
            if asked:
                raise KeyboardInterrupt
    return state


def _step(run: Run, state: State, optimiser: AdamW, advance: Advance, *, stop: bool) -> tuple[State, bool]:
    """One step: the state after it, and whether any process was asked to stop."""
    numbers = run.order.step(state.step)
    sequences = [run.corpus[number] for number in numbers]
    budget = state.budget or first_budget(run.recipe, run.net.device)
    found = gradient.take(run.net, sequences, run.tuned, run.recipe, Turn(state.step, budget, stop))
    while found.full:
        budget = halved(budget)
        found = gradient.take(run.net, sequences, run.tuned, run.recipe, Turn(state.step, budget, stop))
    if not (isfinite(found.loss) and isfinite(found.norm)):
        problem = f"loss and gradient must be finite, but are {found.loss} and {found.norm}"
        where = f"step {state.step + 1} ({run.names(state.step)})"
        raise NotFinite(where, problem, 'Lower learning_rate, or set precision = "fp32"; the last checkpoint is kept')
    rate = learning_rate(run.recipe, state.step, run.order.steps)
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.step()
    state = msgspec.structs.replace(
        state,
        step=state.step + 1,
        budget=budget,
        operations=state.operations + found.operations,
        positions=state.positions + found.positions,
        tokens=state.tokens + sum(len(sequence.ids) for sequence in sequences),
        scored_tokens=state.scored_tokens + sum(len(sequence.scored) for sequence in sequences),
        window_loss=state.window_loss + found.loss,
        window_weight=state.window_weight + found.weight,
    )
    advance(len(numbers), f"loss {found.loss / found.weight:.4f}")
    if state.step % run.recipe.log_steps == 0 or state.step == run.order.steps:
        state = _log(run, state, rate, found.norm)
    return state, found.stop


def _log(run: Run, state: State, rate: float, norm: float) -> State:
    """Write a line of the curve and open the next window."""
    loss = state.window_loss / state.window_weight
    if PartialState().is_main_process:
        examples = run.order.drawn(state.step)
        line = curve.Line(step=state.step, examples=examples, loss=loss, learning_rate=rate, gradient_norm=norm)
        curve.add(run.folder, line)
    first = loss if state.first_loss is None else state.first_loss
    return msgspec.structs.replace(state, window_loss=0.0, window_weight=0.0, first_loss=first, last_loss=loss)
