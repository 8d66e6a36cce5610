"""A character n-gram model in plain Python: a real, slow and small implementation of the Model protocol."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import accumulate
from math import exp, fsum, log
from random import Random
from typing import Literal

import msgspec
from msgspec.structs import replace

from tehon.errors import ModelError
from tehon.prompts import ChatTemplate
from tehon.records.evaluation import Protocol
from tehon.records.requests import AnyRequest, Completion, Generation, Loglikelihood, Request, Scored, Spelling

Finish = Literal["end", "stop", "length"]
END = 0
UNKNOWN = 1
FIRST_CHARACTER = 2
TEXTS = (
    "日本で一番高い山は富士山です。",
    "東京は日本の首都です。",
    "前提：犬が走っています。\n仮説：動物が動いています。\n\n### 応答:\nentailment",
    "前提：犬が走っています。\n仮説：犬は寝ています。\n\n### 応答:\ncontradiction",
    "前提：犬が走っています。\n仮説：犬は白いです。\n\n### 応答:\nneutral",
    "製品レビュー:とても良い品でした。\nセンチメント:positive",
    "製品レビュー:すぐに壊れました。\nセンチメント:negative",
)
"""What the model has read unless told otherwise; written for it."""


class Scripted:
    """P(c | last n - 1 characters), add-one smoothed, over the characters of its texts, an unknown one and the end.

    Args:
        texts: what it is trained on; the end token follows each.
        order: n.
        context_length: the longest input in characters.

    Attributes:
        digest: sha256 over the arguments.
        context_length: as given.
        positions: characters read so far; nothing is padded.
        chat: None, it has no chat template.
    """

    chat: ChatTemplate | None = None

    def __init__(self, texts: Sequence[str] = TEXTS, *, order: int = 4, context_length: int = 2048) -> None:
        """Count every n-gram of the texts."""
        self.order = order
        self.context_length = context_length
        self.positions = 0
        self.digest = sha256(msgspec.json.encode([list(texts), order, context_length])).hexdigest()
        self.characters = sorted(set("".join(texts)))
        self.ids = {character: number for number, character in enumerate(self.characters, FIRST_CHARACTER)}
        self.size = len(self.characters) + FIRST_CHARACTER
        self.counts: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        for text in texts:
            ids = [*self.encode(text), END]
            for place, token in enumerate(ids):
                self.counts[self.history(ids[:place])][token] += 1

    def encode(self, text: str) -> list[int]:
        """One number a character."""
        return [self.ids.get(character, UNKNOWN) for character in text]

    def decode(self, token: int) -> str:
        """A number's character; the unknown one is shown as U+FFFD."""
        return "\ufffd" if token == UNKNOWN else self.characters[token - FIRST_CHARACTER]

    def history(self, ids: Sequence[int]) -> tuple[int, ...]:
        """What the next character depends on; the end token stands before the first one."""
        wanted = self.order - 1
        return tuple([END] * max(wanted - len(ids), 0) + list(ids[max(len(ids) - wanted, 0) :]))

    def logprobs(self, ids: Sequence[int]) -> list[float]:
        """Each token's log-probability after `ids`, in nats; the probabilities sum to one."""
        seen = self.counts.get(self.history(ids), Counter())
        total = log(seen.total() + self.size)
        return [log(seen[token] + 1) - total for token in range(self.size)]

    def read(self, requests: Sequence[AnyRequest], protocol: Protocol) -> list[AnyRequest]:
        """The same requests, each with its spelling: the characters are the tokens."""
        del protocol
        return [replace(request, spelling=self.spell(request)) for request in requests]

    def spell(self, request: Request) -> Spelling:
        """A request in tokens."""
        context = self.encode(request.context)
        if isinstance(request, Generation):
            return Spelling(ids=tuple(context))
        scored = [*self.encode(request.continuation), *([END] if request.end else [])]
        return Spelling(ids=(*context, *scored), scored=len(scored))

    def loglikelihood(self, requests: Sequence[Loglikelihood], protocol: Protocol) -> Iterator[Scored]:
        """Answer in the order of the requests, one at a time.

        Raises:
            ModelError: a prompt does not fit and the protocol forbids to cut it, or a continuation alone does not fit.
        """
        for request in requests:
            yield self.score(request, protocol)

    def score(self, request: Loglikelihood, protocol: Protocol) -> Scored:
        """One answer."""
        spelling = request.spelling or self.spell(request)
        # The last token is only predicted, never read, so one more than the context length fits.
        cut = max(len(spelling.ids) - self.context_length - 1, 0)
        if cut and (protocol.overlong != "left" or cut > len(spelling.ids) - spelling.scored):
            problem = f"must fit into {self.context_length} characters, but is {cut} too long"
            raise ModelError(f"prompt {request.context[:20]!r}…", problem, "Use fewer shots")
        ids = spelling.ids[cut:]
        places = range(len(ids) - spelling.scored, len(ids))
        tables = [self.logprobs(ids[:place]) for place in places]
        self.positions += len(ids) - 1 if ids else 0
        each = [table[ids[place]] for table, place in zip(tables, places, strict=True)]
        own = spelling.scored - request.end
        return Scored(
            logprob=sum(each[:own]),
            tokens=own,
            end_logprob=each[-1] if request.end else None,
            greedy=all(_best(table) == ids[place] for table, place in zip(tables[:own], places, strict=False)),
            prompt_tokens=len(spelling.ids),
            truncated=cut,
        )

    def generate(self, requests: Sequence[Generation]) -> Iterator[Completion]:
        """Answer in the order of the requests."""
        for request in requests:
            yield self.complete(request)

    def complete(self, request: Generation) -> Completion:
        """One answer; the context is cut on the left so that the whole answer would fit."""
        context = (request.spelling or self.spell(request)).ids
        chance = Random(f"{request.seed}\n{request.context}")
        cut = max(len(context) - max(self.context_length - request.max_new_tokens, 1), 0)
        ids = context[cut:]
        self.positions += len(ids)
        written: list[int] = []
        while len(written) < request.max_new_tokens:
            table = self.logprobs([*ids, *written])
            written.append(_next(_penalised(table, {*ids, *written}, request.repetition_penalty), request, chance))
            text, finish = self.shorten(written, request.stop)
            if finish != "length":
                break
        self.positions += len(written) - 1
        return Completion(text=text, finish=finish, tokens=len(written), prompt_tokens=len(context), truncated=cut)

    def shorten(self, written: Sequence[int], stop: Sequence[str]) -> tuple[str, Finish]:
        """The answer so far without its end token or stop string, and which of them came."""
        text = "".join(self.decode(token) for token in written if token != END)
        if written[-1] == END:
            return text, "end"
        for ending in stop:
            if ending and text.endswith(ending):
                return text.removesuffix(ending), "stop"
        return text, "length"


def _best(table: Sequence[float]) -> int:
    return max(range(len(table)), key=table.__getitem__)


def _next(table: Sequence[float], request: Generation, chance: Random) -> int:
    """The most likely token, or where the request is warm one by chance, among the most likely that make up top_p."""
    if not request.temperature:
        return _best(table)
    highest = max(table)
    weights = [exp((value - highest) / request.temperature) for value in table]
    order = sorted(range(len(table)), key=weights.__getitem__, reverse=True)
    most, before = request.top_p * fsum(weights), accumulate((weights[token] for token in order), initial=0.0)
    kept = [token for token, so_far in zip(order, before, strict=False) if so_far < most]
    return chance.choices(kept, [weights[token] for token in kept])[0]


def _penalised(table: Sequence[float], seen: set[int], penalty: float) -> list[float]:
    """Log-probabilities are negative, so the penalty multiplies those of what was seen (Keskar et al. 2019)."""
    return [value * penalty if token in seen else value for token, value in enumerate(table)]
