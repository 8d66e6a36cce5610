"""Examples that are held back, and the loss on them."""

import numpy as np
import torch
from accelerate import PartialState

from tehon.engine.loglikelihood import WINDOW
from tehon.engine.network import Network
from tehon.engine.tokens import Encoded
from tehon.errors import EmptyData
from tehon.records.tuning import Recipe
from tehon.tune.budget import halved
from tehon.tune.corpus import Corpus, Stored
from tehon.tune.deal import lay_out_for, share
from tehon.tune.order import mixed, shuffled
from tehon.tune.processes import summed
from tehon.tune.spread import Spread

HELD_BACK = 0x76616C
"""Keys the draw of the examples that are held back."""


def split(stored: Stored, recipe: Recipe) -> tuple[Corpus, Corpus]:
    """What is trained on, and what is held back: drawn by the seed alone, and scored on the response only.

    Raises:
        EmptyData: nothing would be left to train on.
    """
    size = recipe.validation_size
    if size >= len(stored):
        problem = f"validation_size must leave examples to train on, but {size} of {len(stored)} would be held back"
        raise EmptyData(f"recipe {recipe.name}", problem, "Lower validation_size")
    drawn = np.sort(shuffled(np.arange(size), len(stored), mixed(recipe.seed, HELD_BACK)))
    trained = Corpus(stored, recipe.prompt_loss_weight, listed=drawn)
    return trained, Corpus(stored, 0.0, listed=drawn, only=True)


def validation_loss(net: Network, spread: Spread, held_back: Corpus, budget: int) -> float | None:
    """Mean NLL per scored token in nats; None where nothing was held back.

    Σ NLL over all tokens by their number, so that it does not depend on how the examples are batched or spread.

    Args:
        net: the base with its adapter.
        spread: how it lies on the processes.
        held_back: the examples.
        budget: positions in one pass, at most; it halves until a pass fits into memory.
    """
    nll, tokens = 0.0, 0
    for start in range(0, len(held_back), WINDOW):
        some = held_back.draw(np.arange(start, min(start + WINDOW, len(held_back))))
        while (found := _measured(net, spread, some, budget)) is None:
            budget = halved(budget)
        nll += found
        tokens += sum(len(sequence.scored) for sequence in some)
    return nll / tokens if tokens else None


def _measured(net: Network, spread: Spread, some: list[Encoded], budget: int) -> float | None:
    """Σ NLL of some examples over all processes; None where memory ran out in one."""
    state = PartialState()
    plan = lay_out_for(some, "prefix_tree", budget, net.work, state.num_processes)
    spread.begin()
    nll = torch.zeros((), dtype=torch.float64, device=net.device)
    for micro in share(plan, net.work, state.process_index, state.num_processes):
        nll += spread.measure(micro)
    total, full = summed(torch.stack([nll, nll.new_tensor(float(spread.full))])).tolist()
    return None if full else total
