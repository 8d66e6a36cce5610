"""The loop: draw a step, take its gradient, move the adapter, say how it stands, keep a checkpoint."""

from dataclasses import dataclass
from itertools import islice
from math import isfinite
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import msgspec
import torch
from accelerate import PartialState
from torch import Tensor

from tehon.engine.network import Network
from tehon.engine.tokens import Encoded
from tehon.errors import NotFinite
from tehon.progress import Progress
from tehon.records.tuning import Layout, Recipe, Sharding
from tehon.tune import best, checkpoint, curve, gradient
from tehon.tune.budget import first_budget, halved
from tehon.tune.checkpoint import State
from tehon.tune.corpus import Corpus
from tehon.tune.gradient import Outcome, Turn
from tehon.tune.job import Job
from tehon.tune.order import Order
from tehon.tune.pace import Pace
from tehon.tune.processes import agreed, from_main, said_once
from tehon.tune.sampler import Sampler
from tehon.tune.schedule import learning_rate
from tehon.tune.spread import MOMENTS, WEIGHT
from tehon.tune.spreads import Values, gathered, spread_out
from tehon.tune.stop import stoppable
from tehon.tune.tuned import Parameters, Tuned, training
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
        sharding: what is divided among processes.
        layout: how steps are laid out here: the recipe's, or one that needs no mask.
        sampler: is told each line of the curve, and may ask the model something.
    """

    job: Job
    net: Network
    tuned: Tuned
    corpus: Corpus
    held_back: Corpus
    folder: Path
    sharding: Sharding
    layout: Layout
    sampler: Sampler

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
        rows = set(self.corpus.rows(self.order.step(step)).tolist())
        found = (content.id for row, content in enumerate(self.job.contents()) if row in rows)
        return ", ".join(islice(found, NAMED)) + (", …" if len(rows) > NAMED else "")


class Trained(NamedTuple):
    """What a run has come to.

    Attributes:
        state: how far it is.
        weights: parameter -> its value, whole, as the recipe keeps it; empty in every process but the first.
        validation_loss: mean NLL per scored token on the held-back examples; None without them.
    """

    state: State
    weights: dict[str, Tensor]
    validation_loss: float | None


class _Moving:
    """What a step changes.

    Attributes:
        state: how far the run is.
        spread: model and optimiser.
        best: the weights with the lowest loss so far, in the first process; empty where they are not kept.
        saved: when the last checkpoint was written.
    """

    def __init__(self, run: Run) -> None:
        """Go on from the folder's checkpoint, which the first process alone need see."""
        values: Values = {}
        state = State()
        with agreed():
            if PartialState().is_main_process:
                state, values = checkpoint.read(run.folder, run.job.identity)
                curve.rewind(run.folder, state.step)
        self.state = from_main(state)
        self.best = {name: values.pop(name) for name in list(values) if name.startswith(f"{checkpoint.BEST}/")}
        self.spread = spread_out(run.net, run.tuned, run.recipe, run.sharding, (values, self.state.step))
        self.saved = monotonic()

    def due(self, run: Run) -> bool:
        """Whether this process finds that a checkpoint is due."""
        return PartialState().is_main_process and monotonic() - self.saved >= 60 * run.recipe.checkpoint_minutes

    def save(self, run: Run) -> None:
        """Write a checkpoint."""
        values = gathered(self.spread, (WEIGHT, *MOMENTS)) | self.best
        with agreed():
            if PartialState().is_main_process:
                checkpoint.save(run.folder, run.job.identity, self.state, values)
        self.saved = monotonic()

    def note_best(self, run: Run, measured: float) -> None:
        """Take notice of a loss on the held-back examples."""
        self.state = best.noted(self.state, measured, run.recipe)
        if run.recipe.keep == "best" and self.state.best_step == self.state.step:
            weights = gathered(self.spread, (WEIGHT,))
            self.best = {name.replace(WEIGHT, checkpoint.BEST, 1): value for name, value in weights.items()}


def train(run: Run, progress: Progress) -> Trained:
    """Run every step that is not done yet.

    Raises:
        NotFinite: a loss or gradient is NaN or infinite; the last checkpoint stays.
        KeyboardInterrupt: SIGINT or SIGTERM came; a checkpoint is written first.
    """
    with torch.random.fork_rng():
        moving = _Moving(run)
        pace = Pace(run.net, moving.state, PartialState().num_processes)
        total = run.order.drawn(run.order.steps)
        with stoppable() as stop, progress("tune", total, "examples") as advance, said_once():
            advance(run.order.drawn(moving.state.step))
            while not run.over(moving.state):
                before = moving.state.step
                found = _step(run, moving, stop=stop.asked)
                drawn = run.order.drawn(moving.state.step) - run.order.drawn(before)
                advance(drawn, pace.note(moving.state, found.loss / found.weight))
                if run.over(moving.state):
                    break
                if found.save:
                    moving.save(run)
                if found.stop:
                    raise KeyboardInterrupt
            return _trained(run, moving)


def _trained(run: Run, moving: _Moving) -> Trained:
    kept = run.recipe.keep == "best" and moving.state.best_loss is not None
    values = moving.best if kept else gathered(moving.spread, (WEIGHT,))
    weights = {name.partition("/")[2]: value for name, value in values.items()}
    measured = (
        moving.state.best_loss if kept else validation_loss(run.net, moving.spread, run.held_back, _budget(run, moving))
    )
    return Trained(moving.state, weights, measured)


def _step(run: Run, moving: _Moving, *, stop: bool) -> Outcome:
    """One step: what its gradient found."""
    state = moving.state
    sequences = run.corpus.draw(run.order.step(state.step))
    found, budget = _gradient(run, moving, sequences, stop=stop)
    rate = learning_rate(run.recipe, state.step, run.order.steps)
    norm = moving.spread.move(rate, found.weight)
    if not (isfinite(found.loss) and isfinite(norm)):
        problem = f"loss and gradient must be finite, but are {found.loss} and {norm}"
        where = f"step {state.step + 1} ({run.names(state.step)})"
        raise NotFinite(where, problem, 'Lower learning_rate, or set precision = "fp32"; the last checkpoint is kept')
    moving.state = msgspec.structs.replace(
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
    _tell(run, moving, rate, norm)
    return found


def _budget(run: Run, moving: _Moving) -> int:
    return moving.state.budget or first_budget(run.recipe, run.net.device)


def _gradient(run: Run, moving: _Moving, sequences: list[Encoded], *, stop: bool) -> tuple[Outcome, int]:
    """The step's gradient, and the budget with which it fitted into memory."""
    budget, save = _budget(run, moving), moving.due(run)

    def turn() -> Outcome:
        asked = Turn(moving.state.step, budget, stop=stop, save=save or stop)
        recipe = msgspec.structs.replace(run.recipe, layout=run.layout)
        return gradient.take(run.net, moving.spread, sequences, recipe, asked)

    with training(run.tuned):
        found = turn()
        while found.full:
            budget = halved(budget)
            found = turn()
    return found, budget


def _tell(run: Run, moving: _Moving, rate: float, norm: float) -> None:
    """Measure and write what is due after a step; a line of the curve closes its window of losses."""
    recipe, last = run.recipe, moving.state.step == run.order.steps
    measured = None
    if recipe.validation_steps and (moving.state.step % recipe.validation_steps == 0 or last):
        measured = validation_loss(run.net, moving.spread, run.held_back, _budget(run, moving))
    if measured is not None:
        moving.note_best(run, measured)
    state = moving.state
    if not (state.step % recipe.log_steps == 0 or last or measured is not None):
        return
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
        run.sampler.look(state.step, last=last)
    first = loss if state.first_loss is None else state.first_loss
    moving.state = msgspec.structs.replace(state, window_loss=0.0, window_weight=0.0, first_loss=first, last_loss=loss)
