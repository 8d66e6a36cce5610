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
from tehon.engine.tokens import Encoded
from tehon.errors import NotFinite
from tehon.progress import Progress
from tehon.records.tuning import Recipe
from tehon.storage.shards import read_examples
from tehon.tune import best, checkpoint, curve, gradient
from tehon.tune.budget import first_budget, halved
from tehon.tune.checkpoint import Moving, State
from tehon.tune.encode import Corpus
from tehon.tune.gradient import Outcome, Turn
from tehon.tune.job import Job
from tehon.tune.order import Order
from tehon.tune.pace import Pace
from tehon.tune.schedule import learning_rate
from tehon.tune.stop import stoppable
from tehon.tune.tuned import Parameters, Tuned, parameter_groups, training
from tehon.tune.validation import validation_loss

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
        held_back: what the loss is measured on.
        folder: where checkpoints and the curve go.
    """

    job: Job
    net: Network
    tuned: Tuned
    corpus: Corpus
    held_back: Corpus
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

    def over(self, state: State) -> bool:
        """Whether nothing is left to do."""
        return state.step >= self.order.steps or state.stopped_early

    def names(self, step: int) -> str:
        """The ids of a step's first examples; they are read from the release again, so that no run carries them."""
        rows = set(self.corpus.rows[self.order.step(step)].tolist())
        found = (example.id for row, example in enumerate(read_examples(self.job.release)) if row in rows)
        return ", ".join(islice(found, NAMED)) + (", …" if len(rows) > NAMED else "")


def train(run: Run, progress: Progress) -> State:
    """Run every step that is not done yet; in the end the adapter is the one that the recipe keeps.

    Raises:
        NotFinite: a loss or gradient is NaN or infinite; the last checkpoint stays.
        KeyboardInterrupt: SIGINT or SIGTERM came; a checkpoint is written first.
    """
    optimiser = AdamW(parameter_groups(run.tuned, run.recipe), lr=run.recipe.learning_rate)
    moving = Moving(run.parameters, optimiser, {})
    state = checkpoint.restore(run.folder, run.job.identity, moving)
    processes = PartialState()
    main, pace = processes.is_main_process, Pace(run.net, state, processes.num_processes)
    if main:
        curve.rewind(run.folder, state.step)
    saved = monotonic()
    total = run.order.drawn(run.order.steps)
    with stoppable() as stop, progress("tune", total, "examples") as advance, torch.random.fork_rng():
        advance(run.order.drawn(state.step))
        while not run.over(state):
            before = state
            state, found = _step(run, state, moving, stop=stop.asked)
            advance(
                run.order.drawn(state.step) - run.order.drawn(before.step), pace.note(state, found.loss / found.weight)
            )
            due = monotonic() - saved >= 60 * run.recipe.checkpoint_minutes
            if main and not run.over(state) and (due or found.stop):
                checkpoint.save(run.folder, run.job.identity, state, moving)
                saved = monotonic()
            if found.stop:
                raise KeyboardInterrupt
    best.restore(run.parameters, moving.best)
    return state


def _step(run: Run, state: State, moving: Moving, *, stop: bool) -> tuple[State, Outcome]:
    """One step: the state after it, and what its gradient found."""
    sequences = [run.corpus[number] for number in run.order.step(state.step)]
    found, budget = _gradient(run, state, sequences, stop=stop)
    if not (isfinite(found.loss) and isfinite(found.norm)):
        problem = f"loss and gradient must be finite, but are {found.loss} and {found.norm}"
        where = f"step {state.step + 1} ({run.names(state.step)})"
        raise NotFinite(where, problem, 'Lower learning_rate, or set precision = "fp32"; the last checkpoint is kept')
    rate = learning_rate(run.recipe, state.step, run.order.steps)
    for group in moving.optimiser.param_groups:
        group["lr"] = rate * group["ratio"]
    moving.optimiser.step()
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
    return _told(run, state, moving, rate, found.norm), found


def _gradient(run: Run, state: State, sequences: list[Encoded], *, stop: bool) -> tuple[Outcome, int]:
    """The step's gradient, and the budget with which it fitted into memory."""
    budget = state.budget or first_budget(run.recipe, run.net.device)
    with training(run.tuned):
        found = gradient.take(run.net, sequences, run.tuned, run.recipe, Turn(state.step, budget, stop))
        while found.full:
            budget = halved(budget)
            found = gradient.take(run.net, sequences, run.tuned, run.recipe, Turn(state.step, budget, stop))
    return found, budget


def _told(run: Run, state: State, moving: Moving, rate: float, norm: float) -> State:
    """Measure and write what is due after a step; a line of the curve closes its window of losses."""
    recipe, last = run.recipe, state.step == run.order.steps
    measured = None
    if recipe.validation_steps and (state.step % recipe.validation_steps == 0 or last):
        measured = validation_loss(run.net, run.held_back)
    if measured is not None:
        state = best.noted(state, measured, recipe, run.parameters, moving.best)
    if not (state.step % recipe.log_steps == 0 or last or measured is not None):
        return state
    loss = state.window_loss / state.window_weight
    if PartialState().is_main_process:
        line = curve.Line(
            step=state.step,
            examples=run.order.drawn(state.step),
            loss=loss,
            learning_rate=rate,
            gradient_norm=norm,
            validation_loss=measured,
        )
        curve.add(run.folder, line)
    first = loss if state.first_loss is None else state.first_loss
    return msgspec.structs.replace(state, window_loss=0.0, window_weight=0.0, first_loss=first, last_loss=loss)
