"""The ways of scoring that are compared; each takes the same tokens, and gives each request's log-likelihood.

lm_eval: lm-evaluation-harness's `hf` model, which sorts by length and pads on the right, and reuses the logits of
    contexts whose continuations differ in the last token alone.
naive: batches in the order of the items, padded on the right; logits at all positions.
one_by_one: the authors' perplexity: batch 1, the loss that the model itself computes from its labels.
sorted: batches of similar length, padded on the right; logits at all positions.
tehon: the function that `tehon evaluate` calls.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from tehon.engine.load import LoadedModel
from tehon.engine.loglikelihood import score
from tehon.engine.prefix_tree import rows
from tehon.engine.tokens import Encoded

Scores = list[float]
Way = Callable[[LoadedModel, Sequence[Encoded], int], Scores]
LM_EVAL, TEHON = "lm_eval", "tehon"
IGNORED = -100


def lm_eval(model: LoadedModel, sequences: Sequence[Encoded], batch: int) -> Scores:
    """Where the harness takes requests that are tokens already."""
    from lm_eval.models.huggingface import HFLM  # noqa: PLC0415 - only this way needs it

    asker: Any = HFLM(pretrained=model.network.model, tokenizer=model.encoder.tokenizer, batch_size=batch)
    requests = []
    for number, sequence in enumerate(sequences):
        ids, border = sequence.ids.tolist(), int(sequence.scored[0])
        requests.append((("", str(number)), ids[:border], ids[border:]))
    return [logprob for logprob, _ in asker._loglikelihood_tokens(requests, disable_tqdm=True)]  # noqa: SLF001


def naive(model: LoadedModel, sequences: Sequence[Encoded], batch: int) -> Scores:
    """As they come."""
    starts = range(0, len(sequences), batch)
    return [one for start in starts for one in _padded(model, sequences[start : start + batch])]


def by_length(model: LoadedModel, sequences: Sequence[Encoded], batch: int) -> Scores:
    """The longest first."""
    order = np.argsort([-len(sequence.ids) for sequence in sequences], kind="stable")
    found = naive(model, [sequences[place] for place in order], batch)
    return [score for _, score in sorted(zip(order.tolist(), found, strict=True))]


def one_by_one(model: LoadedModel, sequences: Sequence[Encoded], batch: int) -> Scores:
    """As in jallm's ppl_vqa.py: the mean loss of every answer; here times its tokens."""
    del batch
    found = []
    for sequence in sequences:
        ids = torch.as_tensor(sequence.ids[None].astype(np.int64), device=model.network.device)
        labels = torch.full_like(ids, IGNORED)
        labels[0, sequence.scored] = ids[0, sequence.scored]
        with torch.no_grad():
            loss = model.network.model(input_ids=ids, labels=labels).loss
        found.append(-float(loss) * len(sequence.scored))
    return found


def tehon(model: LoadedModel, sequences: Sequence[Encoded], batch: int) -> Scores:
    """In chunks of as many items as `tehon evaluate` keeps together; `batch` says how many requests that are."""
    parts = [sequences[start : start + batch] for start in range(0, len(sequences), batch)]
    return [float(logprob.sum(dtype=np.float64)) for part in parts for logprob, _ in score(model.network, part)]


def _padded(model: LoadedModel, some: Sequence[Encoded]) -> Scores:
    width = max(len(sequence.inputs) for sequence in some)
    ids, mask = np.zeros((2, len(some), width), np.int64)
    for row, sequence in enumerate(some):
        ids[row, : len(sequence.inputs)], mask[row, : len(sequence.inputs)] = sequence.inputs, 1
    given = {"input_ids": ids, "attention_mask": mask}
    with torch.inference_mode():
        on_device = {name: torch.as_tensor(array, device=model.network.device) for name, array in given.items()}
        logits: Tensor = model.network.model(**on_device, use_cache=False).logits
        found = []
        for row, sequence in enumerate(some):
            told = torch.log_softmax(logits[row, sequence.scored - 1].float(), dim=-1)
            own = told[torch.arange(len(told)), torch.as_tensor(sequence.ids[sequence.scored].astype(np.int64))]
            found.append(float(own.double().sum()))
    return found


WAYS: dict[str, Way] = {
    LM_EVAL: lm_eval,
    "naive": naive,
    "one_by_one": one_by_one,
    "sorted": by_length,
    TEHON: tehon,
}
OF_KIND = {"choice": (LM_EVAL, "naive", TEHON), "perplexity": ("one_by_one", "sorted", TEHON)}


class Positions(NamedTuple):
    """Positions that a way computes, counted from the lengths alone.

    Attributes:
        body: that go through the layers.
        head: whose logits are computed.
    """

    body: int
    head: int


def counted(way: str, sequences: Sequence[Encoded], batch: int) -> Positions:
    """What a way computes, without any model."""
    if way == TEHON:
        parts = [sequences[start : start + batch] for start in range(0, len(sequences), batch)]
        trees = [tree for part in parts for tree in rows(part, sys.maxsize)]
        return Positions(sum(len(tree.ids) for tree in trees), sum(len(np.unique(tree.source)) for tree in trees))
    inputs = [sequence.inputs.tolist() for sequence in sequences]
    if way == LM_EVAL:
        once = {tuple(ids): len(ids) for ids in inputs}
        lengths = sorted(once.values(), reverse=True)
    else:
        lengths = [len(ids) + (way == "one_by_one") for ids in inputs]
        lengths = sorted(lengths, reverse=True) if way == "sorted" else lengths
        batch = 1 if way == "one_by_one" else batch
    groups = [lengths[start : start + batch] for start in range(0, len(lengths), batch)]
    body = sum(max(group) * len(group) for group in groups)
    return Positions(body, body)
