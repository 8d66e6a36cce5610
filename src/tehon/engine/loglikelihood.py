"""Requests to log-likelihoods through the prefix tree: shared contexts are computed once, every choice beside it."""

import sys
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import DynamicCache

from tehon.engine import forward, head
from tehon.engine.encode import Encoder
from tehon.engine.network import Network, on_device
from tehon.engine.prefix_tree import Row, rows, stretches
from tehon.engine.protocol import named
from tehon.engine.tokens import Encoded
from tehon.errors import ModelError, NotFinite
from tehon.records.evaluation import Protocol
from tehon.records.requests import Loglikelihood, Scored

WINDOW = 4096
"""Requests that are encoded and laid out together; bounds the memory."""
NODES_ON_PROCESSOR, NODES_ON_ACCELERATOR = 512, 2048
"""Nodes in one forward pass, and scored ones in one pass of the head; the dense mask costs their square."""
Found = tuple[NDArray[np.float32], NDArray[np.bool_]]


def loglikelihood(
    net: Network, encoder: Encoder, requests: Sequence[Loglikelihood], protocol: Protocol
) -> Iterator[Scored]:
    """The answers in the order of the requests.

    Raises:
        NotFinite: a log-likelihood is NaN or infinite; the request is named.
        ModelError: a request is longer than the context, and the protocol forbids to cut it or too little would stay.
    """
    for start in range(0, len(requests), WINDOW):
        some = requests[start : start + WINDOW]
        whole = encoder.requests(some, protocol)
        bos = encoder.front(protocol)
        names = (named(request, number) for number, request in enumerate(some, start))
        cut = [_fit(net, sequence, protocol, bos, name) for name, sequence in zip(names, whole, strict=True)]
        for at, (logprob, greedy) in enumerate(score(net, cut)):
            if not np.isfinite(logprob).all():
                problem = f"the log-likelihood of {some[at].continuation[:30]!r} must be a finite number, but is not"
                remedy = "Look for broken weights, or try precision fp32"
                raise NotFinite(named(some[at], start + at), problem, remedy)
            yield _answer(some[at], whole[at], cut[at], logprob, greedy)


def score(net: Network, sequences: Sequence[Encoded]) -> list[Found]:
    """For each sequence: (scored tokens,) log-likelihoods in nats, and whether each token was the most likely one.

    Every distinct prefix is computed once; of what the sequences share, keys and values are kept once for all.
    """
    nothing: Found = np.zeros(0, np.float32), np.zeros(0, bool)
    found = [nothing] * len(sequences)
    # All of them make one tree, or none where nothing is scored.
    for row in rows(sequences, sys.maxsize):
        with torch.inference_mode():
            parts = list(_score_row(net, row))
        logprob, greedy = (np.concatenate(column) for column in zip(*parts, strict=True))
        for member, first, last in zip(row.members, row.offsets, row.offsets[1:], strict=False):
            edges = row.edge[first:last]
            found[member] = (logprob[edges], greedy[edges])
    return found


def _score_row(net: Network, row: Row) -> Iterator[Found]:
    """What the head says about the row's edges, in their order, a part of them at a time."""
    scored, node_of = np.unique(row.source, return_inverse=True)
    budget = NODES_ON_PROCESSOR if net.device.type == "cpu" else NODES_ON_ACCELERATOR
    memory = DynamicCache()
    waiting: list[Tensor] = []
    done = 0
    for part in stretches(row, budget):
        hidden = forward.stretch(net, row, part, memory)
        first, last = np.searchsorted(scored, (part.start, part.stop))
        waiting.append(hidden[on_device(net, scored[first:last] - part.start)])
        # The head is large: the more positions it is asked about at once, the seldomer it is read.
        if last - done >= budget or part.stop == len(row.ids):
            edges = slice(*np.searchsorted(node_of, (done, last)))
            source, target = on_device(net, node_of[edges] - done), on_device(net, row.target[edges])
            net.head_positions += int(last - done)
            scores = head.logprobs(torch.cat(waiting), net.head.weight, source, target)
            yield scores.logprob.cpu().numpy(), scores.greedy.cpu().numpy()
            waiting, done = [], last


def _fit(net: Network, sequence: Encoded, protocol: Protocol, bos: int | None, where: str) -> Encoded:
    """The sequence cut on the left until the model can read it; a BOS stays in front."""
    excess = len(sequence.ids) - 1 - net.context_length
    if excess <= 0:
        return sequence
    if protocol.overlong != "left":
        problem = f"must have at most {net.context_length + 1} tokens, but has {len(sequence.ids)}"
        raise ModelError(where, problem, "Take fewer shots, or a protocol that cuts on the left")
    kept = 1 if bos is not None and sequence.ids[0] == bos else 0
    if kept + excess >= sequence.scored.min(initial=len(sequence.ids)):
        problem = f"what is scored must fit into the context of {net.context_length} tokens, but does not"
        raise ModelError(where, problem, "Leave that item out")
    rest = slice(kept + excess, None)
    return Encoded(
        ids=np.concatenate([sequence.ids[:kept], sequence.ids[rest]]),
        weights=np.concatenate([sequence.weights[:kept], sequence.weights[rest]]),
    )


def _answer(
    request: Loglikelihood,
    whole: Encoded,
    cut: Encoded,
    logprob: NDArray[np.float32],
    greedy: NDArray[np.bool_],
) -> Scored:
    own = len(logprob) - request.end
    return Scored(
        logprob=float(logprob[:own].sum(dtype=np.float64)),
        tokens=own,
        end_logprob=float(logprob[own]) if request.end else None,
        greedy=bool(greedy[:own].all()),
        prompt_tokens=len(whole.ids),
        truncated=len(whole.ids) - len(cut.ids),
        merged=whole.merged,
    )
