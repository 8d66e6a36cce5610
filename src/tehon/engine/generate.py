"""Requests to continuations, many at once over one key/value memory; an answer depends on its own request alone."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal

import torch
from torch import Tensor

from tehon.engine.batch import Batch
from tehon.engine.draw import draw
from tehon.engine.encode import Encoder
from tehon.engine.network import Network
from tehon.engine.protocol import named
from tehon.errors import ModelError, NotFinite
from tehon.records.requests import Completion, Generation

ON_PROCESSOR, ON_ACCELERATOR = (16, 16_384), (64, 32_768)
"""Answers that grow side by side, and tokens of all of them, at most."""
WINDOW = 256
"""Requests that are sorted by length together."""


@dataclass(slots=True)
class Answer:
    """One answer while it grows."""

    number: int
    request: Generation
    prompt: list[int]
    truncated: int
    chance: Random
    seen: set[int]
    ids: list[int] = field(default_factory=list)
    text: str = ""
    finish: Literal["end", "stop", "length", ""] = ""

    def take(self, token: int, ends: frozenset[int], encoder: Encoder) -> None:
        """Add a token, and see whether it was the last."""
        self.ids.append(token)
        self.seen.add(token)
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
        some = requests[start : start + WINDOW]
        answers = [
            begin(net, encoder, spelling.ids, request, start + at)
            for at, (request, spelling) in enumerate(zip(some, encoder.openings(some), strict=True))
        ]
        with torch.inference_mode():
            _continue(net, encoder, sorted(answers, key=lambda answer: len(answer.prompt), reverse=True))
        for answer in answers:
            yield completion(answer)


def begin(net: Network, encoder: Encoder, ids: Sequence[int], request: Generation, number: int = 0) -> Answer:
    """An answer that has yet to grow.

    Args:
        net: what will write it.
        encoder: of the prompt.
        ids: the prompt, a token at least; it is cut on the left where it leaves no room.
        request: how the answer is chosen.
        number: of the request, for errors.

    Raises:
        ModelError: an answer of that length does not fit into the context.
    """
    room = net.context_length - request.max_new_tokens
    kept = 1 if ids[0] == encoder.bos else 0
    if room <= kept:
        problem = f"max_new_tokens must be below the context of {net.context_length}, got {request.max_new_tokens}"
        raise ModelError(named(request, number), problem, "Ask for fewer tokens")
    excess = max(0, len(ids) - room)
    rest = [*ids[:kept], *ids[kept + excess :]]
    # The stream of an answer is its own, so that no other request changes it.
    chance = Random(f"{request.seed}\n{request.context}")
    return Answer(number=number, request=request, prompt=rest, truncated=excess, chance=chance, seen=set(rest))


def completion(answer: Answer) -> Completion:
    """What an answer came to."""
    return Completion(
        text=answer.text,
        finish=answer.finish or "length",
        tokens=len(answer.ids),
        prompt_tokens=len(answer.prompt) + answer.truncated,
        truncated=answer.truncated,
    )


def _continue(net: Network, encoder: Encoder, answers: list[Answer]) -> None:
    """Grow these answers until each has finished; whoever has finished makes room for the next."""
    ends = ends_of(net, encoder)
    batch = Batch(net)
    running: list[Answer] = []
    waiting = deque(answers)
    while waiting or running:
        logits = []
        if running:
            logits.append(batch.grow([answer.ids[-1] for answer in running]))
        # Not one by one, because prompts that are read together cost less.
        if waiting and len(running) <= (most := _most(net, [*running, *waiting])) // 2:
            new = [waiting.popleft() for _ in range(min(most - len(running), len(waiting)))]
            logits.append(batch.join([answer.prompt for answer in new]))
            running += new
        for answer, token in zip(running, chosen(torch.cat(logits), running), strict=True):
            answer.take(token, ends, encoder)
        stay = [place for place, answer in enumerate(running) if not answer.finish]
        batch.keep(stay)
        running = [running[place] for place in stay]


def _most(net: Network, answers: Sequence[Answer]) -> int:
    """How many may grow side by side when each of them is as long as the longest of these will be."""
    rows, tokens = ON_PROCESSOR if net.device.type == "cpu" else ON_ACCELERATOR
    longest = max(len(answer.prompt) + answer.request.max_new_tokens for answer in answers)
    return max(1, min(rows, tokens // longest))


def chosen(logits: Tensor, answers: Sequence[Answer]) -> list[int]:
    """The next token of each answer.

    Raises:
        NotFinite: a logit is not finite; the request is named.
    """
    whole = torch.isfinite(logits).all(dim=1)
    penalised = _penalised(logits, answers)
    tokens = penalised.argmax(dim=1)
    drawn = [place for place, answer in enumerate(answers) if answer.request.temperature]
    if drawn:
        heat, top = zip(*((answers[at].request.temperature, answers[at].request.top_p) for at in drawn), strict=True)
        tokens[drawn] = draw(penalised[drawn], heat, [answers[at].chance.random() for at in drawn], top)
    # Both in one, because an accelerator is waited for every time that something is read from it.
    found = torch.stack([whole.long(), tokens], dim=1).tolist()
    for answer, (fine, _) in zip(answers, found, strict=True):
        if not fine:
            where, remedy = named(answer.request, answer.number), "Look for broken weights, or try precision fp32"
            raise NotFinite(where, "its logits must be finite, but are not", remedy)
    return [token for _, token in found]


def _penalised(logits: Tensor, answers: Sequence[Answer]) -> Tensor:
    """Logits of tokens that stand in the prompt or the answer, divided by the penalty, or times it below zero."""
    for row, answer in zip(logits, answers, strict=True):
        penalty = answer.request.repetition_penalty
        if penalty != 1:
            seen = torch.tensor(list(answer.seen), device=logits.device)
            row[seen] = torch.where(row[seen] < 0, row[seen] * penalty, row[seen] / penalty)
    return logits


def ends_of(net: Network, encoder: Encoder) -> frozenset[int]:
    """The tokenizer's end token, and those that the model's own settings name."""
    named = net.model.generation_config.eos_token_id
    return frozenset({encoder.end} | ({named} if isinstance(named, int) else set(named or ())))
