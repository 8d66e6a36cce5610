"""The loss on examples that were held back."""

import numpy as np

from tehon.engine.loglikelihood import WINDOW, score
from tehon.engine.network import Network
from tehon.tune.encode import Corpus


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
