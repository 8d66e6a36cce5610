"""Requests to log-likelihoods through the prefix tree: shared contexts are computed once, every choice beside it."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import DynamicCache

from tehon.engine import forward, head
from tehon.engine.encode import Encoder
from tehon.engine.network import Network, on_device
from tehon.engine.prefix_tree import Row, common_prefix, rows
from tehon.engine.tokens import Encoded, encoded
from tehon.errors import ModelError, NotFinite
from tehon.records.evaluation import Loglikelihood, Protocol, Scored

WINDOW = 1024
"""Requests that are encoded and laid out together; bounds the memory."""
ROW_NODES = 512
"""Nodes in one forward pass; the dense mask costs their square."""
SHARED_AT_LEAST = 32
"""A prefix that all requests of a window share is computed once from this many tokens on."""


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
        keep_bos = encoder.bos if protocol.bos == "tokenizer" else None
        cut = [_fit(net, sequence, protocol, keep_bos, start + at) for at, sequence in enumerate(whole)]
        for at, (logprob, greedy) in enumerate(score(net, cut)):
            if not np.isfinite(logprob).all():
                problem = "the log-likelihood must be a finite number, but is not"
                raise NotFinite(f"request {start + at} ({some[at].continuation[:30]!r})", problem, "Try precision fp32")
            yield _answer(some[at], whole[at], cut[at], logprob, greedy)


def score(net: Network, sequences: Sequence[Encoded]) -> list[tuple[NDArray[np.float32], NDArray[np.bool_]]]:
    """For each sequence: (scored tokens,) log-likelihoods in nats, and whether each token was the most likely one."""
    found: list[tuple[NDArray[np.float32], NDArray[np.bool_]]] = [(np.zeros(0, np.float32), np.zeros(0, bool))] * len(
        sequences
    )
    shared = common_prefix(sequences)
    with torch.inference_mode():
        cache = None
        if shared >= SHARED_AT_LEAST and len(sequences) > 1:
            cache = _read(net, sequences[0].ids[:shared])
            sequences = [Encoded(ids=s.ids[shared:], weights=s.weights[shared:]) for s in sequences]
        for row in rows(sequences, ROW_NODES):
            logprob, greedy = _score_row(net, row, cache, shared if cache else 0)
            for member, first, last in zip(row.members, row.offsets, row.offsets[1:], strict=False):
                edges = row.edge[first:last]
                found[member] = (logprob[edges], greedy[edges])
    return found


def _score_row(
    net: Network, row: Row, cache: DynamicCache | None, before: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    hidden = forward.packed(net, row, cache=cache, before=before)
    if cache is not None:
        cache.crop(-len(row.ids))
    scores = head.logprobs(hidden, net.head.weight, on_device(net, row.source), on_device(net, row.target))
    return scores.logprob.cpu().numpy(), scores.greedy.cpu().numpy()


def _read(net: Network, ids: NDArray[np.int32]) -> DynamicCache:
    """Keys and values of a prefix. The cache is made without a configuration, so that it forgets nothing."""
    cache = DynamicCache()
    for start in range(0, len(ids), ROW_NODES):
        # A token after the piece, and a weight on it, so that every token of the piece is read.
        piece = encoded(
            [*ids[start : start + ROW_NODES].tolist(), 0], [0.0] * len(ids[start : start + ROW_NODES]) + [1.0]
        )
        forward.packed(net, next(rows([piece], ROW_NODES)), cache=cache, before=start)
    return cache


def _fit(net: Network, sequence: Encoded, protocol: Protocol, bos: int | None, number: int) -> Encoded:
    """The sequence cut on the left until the model can read it; a BOS stays in front."""
    excess = len(sequence.ids) - 1 - net.context_length
    if excess <= 0:
        return sequence
    where = f"request {number}"
    if protocol.overlong == "error":
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
    )
