"""Examples that are held back, and the loss on them."""

from dataclasses import replace

import numpy as np

from tehon.engine.loglikelihood import WINDOW, score
from tehon.engine.network import Network
from tehon.errors import EmptyData
from tehon.records.tuning import Recipe
from tehon.tune.encode import Corpus, select
from tehon.tune.order import mixed, shuffled

HELD_BACK = 0x76616C
"""Keys the draw of the examples that are held back."""


def split(corpus: Corpus, recipe: Recipe) -> tuple[Corpus, Corpus]:
    """What is trained on, and what is held back: drawn by the seed alone, and scored on the response only.

    Raises:
        EmptyData: nothing would be left to train on.
    """
    size = recipe.validation_size
    if size >= len(corpus):
        problem = f"validation_size must leave examples to train on, but {size} of {len(corpus)} would be held back"
        raise EmptyData(f"recipe {recipe.name}", problem, "Lower validation_size")
    drawn = shuffled(np.arange(len(corpus)), len(corpus), mixed(recipe.seed, HELD_BACK))
    return select(corpus, np.sort(drawn[size:])), replace(select(corpus, np.sort(drawn[:size])), context_weight=0.0)


def validation_loss(net: Network, held_back: Corpus) -> float | None:
    """Mean NLL per scored token in nats; None where nothing was held back.

    Σ NLL over all tokens by their number, so that it does not depend on how the examples are batched.
    """
    nll, tokens = 0.0, 0
    for start in range(0, len(held_back), WINDOW):
        some = [held_back[number] for number in range(start, min(start + WINDOW, len(held_back)))]
        for logprob, _ in score(net, some):
            nll -= float(logprob.sum(dtype=np.float64))
            tokens += len(logprob)
    return nll / tokens if tokens else None
