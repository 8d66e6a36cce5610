"""Requests to greedy continuations, batched over a key/value cache; an answer depends on its own prompt alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor
from transformers import DynamicCache

from tehon.engine.encode import Encoder
from tehon.engine.network import Network
from tehon.errors import ModelError, NotFinite
from tehon.records.evaluation import Completion, Generation
from tehon.records.prompt import Prompt, Segment

BATCH = 16
"""Prompts that are continued together."""
WINDOW = 256
"""Requests that are sorted by length together."""


@dataclass(slots=True)
class _Answer:
    """One answer while it grows."""

    number: int
    request: Generation
    prompt: list[int]
    truncated: int
    ids: list[int] = field(default_factory=list)
    text: str = ""
    finish: Literal["end", "stop", "length", ""] = ""

    def take(self, token: int, ends: frozenset[int], encoder: Encoder) -> None:
        """Add a token, and see whether it was the last."""
        self.ids.append(token)
        if token in ends:
            self.text, self.finish = encoder.decode(self.ids[:-1]), "end"
        elif self.request.stop or len(self.ids) == self.request.max_new_tokens:
            self.text = encoder.decode(self.ids)
            stops = [place for stop in self.request.stop if (place := self.text.find(stop)) >= 0]
            if stops:
                self.text, self.finish = self.text[: min(stops)], "stop"
            elif len(self.ids) == self.request.max_new_tokens:
                self.finish = "length"


def generate(net: Network, encoder: Encoder, requests: Sequence[Generation]) -> Iterator[Completion]:
    """The answers in the order of the requests.

    Raises:
        NotFinite: a logit is NaN; the request is named.
        ModelError: an answer of that length does not fit into the context.
    """
    for start in range(0, len(requests), WINDOW):
        answers = [_prepare(net, encoder, start + at, r) for at, r in enumerate(requests[start : start + WINDOW])]
        by_length = sorted(answers, key=lambda answer: len(answer.prompt))
        for first in range(0, len(by_length), BATCH):
            with torch.inference_mode():
                _continue(net, encoder, by_length[first : first + BATCH])
        for answer in answers:
            yield Completion(
                text=answer.text,
                finish=answer.finish or "length",
                tokens=len(answer.ids),
                prompt_tokens=len(answer.prompt) + answer.truncated,
                truncated=answer.truncated,
            )


def _prepare(net: Network, encoder: Encoder, number: int, request: Generation) -> _Answer:
    prompt = Prompt(segments=(Segment(text=request.context, special=request.special),))
    ids = encoder.prompts([prompt])[0].ids.tolist() or [encoder.end]
    room = net.context_length - request.max_new_tokens
    kept = 1 if ids[0] == encoder.bos else 0
    if room <= kept:
        problem = f"max_new_tokens must be below the context of {net.context_length}, got {request.max_new_tokens}"
        raise ModelError(f"request {number}", problem, "Ask for fewer tokens")
    excess = max(0, len(ids) - room)
    return _Answer(number=number, request=request, prompt=ids[:kept] + ids[kept + excess :], truncated=excess)


def _continue(net: Network, encoder: Encoder, answers: list[_Answer]) -> None:
    """Grow these answers until each has finished; one that has finished leaves the batch."""
    ends = _ends(net, encoder)
    running = answers
    longest = max(len(answer.prompt) for answer in running)
    # (batch, time): padded on the left, so that every last position is a real one.
    ids = torch.tensor([[encoder.end] * (longest - len(a.prompt)) + a.prompt for a in running], device=net.device)
    mask = torch.tensor([[0] * (longest - len(a.prompt)) + [1] * len(a.prompt) for a in running], device=net.device)
    cache = DynamicCache()
    while running:
        logits = _next_logits(net, ids, mask, cache)
        chosen = _penalised(logits, running).argmax(dim=1).tolist()
        for answer, token, row in zip(running, chosen, logits, strict=True):
            if not torch.isfinite(row).all():
                raise NotFinite(
                    f"request {answer.number}", "its logits must be finite, but are not", "Try precision fp32"
                )
            answer.take(token, ends, encoder)
        stay = [place for place, answer in enumerate(running) if not answer.finish]
        if len(stay) < len(running):
            cache.batch_select_indices(torch.tensor(stay, device=net.device, dtype=torch.long))
            mask = mask[stay]
        running = [running[place] for place in stay]
        ids = torch.tensor([[answer.ids[-1]] for answer in running], device=net.device)
        mask = torch.cat([mask, mask.new_ones(len(running), 1)], dim=1)


def _next_logits(net: Network, ids: Tensor, mask: Tensor, cache: DynamicCache) -> Tensor:
    """(batch, vocabulary) of the token after the last one, in fp32."""
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, -ids.shape[1] :]
    net.positions += ids.numel()
    hidden: Tensor = net.body(
        input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=cache, use_cache=True
    ).last_hidden_state
    return (hidden[:, -1] @ net.head.weight.T).float()


def _penalised(logits: Tensor, answers: list[_Answer]) -> Tensor:
    """Logits of tokens that stand in the prompt or the answer, divided by the penalty, or times it below zero."""
    for row, answer in zip(logits, answers, strict=True):
        penalty = answer.request.repetition_penalty
        if penalty != 1:
            seen = torch.tensor(sorted({*answer.prompt, *answer.ids}), device=logits.device)
            row[seen] = torch.where(row[seen] < 0, row[seen] * penalty, row[seen] / penalty)
    return logits


def _ends(net: Network, encoder: Encoder) -> frozenset[int]:
    """The tokenizer's end token, and those that the model's own settings name."""
    named = net.model.generation_config.eos_token_id
    return frozenset({encoder.end} | ({named} if isinstance(named, int) else set(named or ())))
