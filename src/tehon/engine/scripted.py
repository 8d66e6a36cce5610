"""A character n-gram model in plain Python: a real, slow and small implementation of the Model protocol."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from hashlib import sha256
from math import log
from typing import Literal

import msgspec

from tehon.errors import ModelError
from tehon.prompts import ChatTemplate
from tehon.records.evaluation import Completion, Generation, Loglikelihood, Protocol, Scored
from tehon.storage.manifest import records_sha256

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

    def measure(self, requests: Sequence[Loglikelihood | Generation], protocol: Protocol) -> list[int]:
        """Characters of each request's context and continuation; of a Generation's context alone."""
        del protocol
        return [len(r.context) + (len(r.continuation) if isinstance(r, Loglikelihood) else 0) for r in requests]

    def token_digest(self, requests: Sequence[Loglikelihood | Generation], protocol: Protocol) -> str:
        """sha256 over the characters of these requests, which are its tokens."""
        del protocol
        return records_sha256(requests)

    def loglikelihood(self, requests: Sequence[Loglikelihood], protocol: Protocol) -> Iterator[Scored]:
        """Answer in the order of the requests, one at a time.

        Raises:
            ModelError: a prompt does not fit and the protocol forbids to cut it, or a continuation alone does not fit.
        """
        for request in requests:
            yield self.score(request, protocol)

    def score(self, request: Loglikelihood, protocol: Protocol) -> Scored:
        """One answer."""
        context, continuation = self.encode(request.context), self.encode(request.continuation)
        scored = [*continuation, *([END] if request.end else [])]
        # The last token is only predicted, never read, so one more than the context length fits.
        cut = max(len(context) + len(scored) - self.context_length - 1, 0)
        if cut and (protocol.overlong != "left" or cut > len(context)):
            problem = f"must fit into {self.context_length} characters, but is {cut} too long"
            raise ModelError(f"prompt {request.context[:20]!r}…", problem, "Use fewer shots")
        ids = [*context[cut:], *scored]
        start = len(ids) - len(scored)
        tables = [self.logprobs(ids[:place]) for place in range(start, len(ids))]
        self.positions += len(ids) - 1 if ids else 0
        each = [table[token] for table, token in zip(tables, scored, strict=True)]
        return Scored(
            logprob=sum(each[: len(continuation)]),
            tokens=len(continuation),
            end_logprob=each[-1] if request.end else None,
            greedy=all(_best(table) == token for table, token in zip(tables, continuation, strict=False)),
            prompt_tokens=len(context) + len(continuation),
            truncated=cut,
        )

    def generate(self, requests: Sequence[Generation]) -> Iterator[Completion]:
        """Answer greedily, in the order of the requests."""
        for request in requests:
            yield self.complete(request)

    def complete(self, request: Generation) -> Completion:
        """One answer; the context is cut on the left so that the whole answer would fit."""
        context = self.encode(request.context)
        cut = max(len(context) - max(self.context_length - request.max_new_tokens, 1), 0)
        ids = context[cut:]
        self.positions += len(ids)
        written: list[int] = []
        while len(written) < request.max_new_tokens:
            table = self.logprobs([*ids, *written])
            written.append(_best(_penalised(table, {*ids, *written}, request.repetition_penalty)))
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


def _penalised(table: Sequence[float], seen: set[int], penalty: float) -> list[float]:
    """Log-probabilities are negative, so the penalty multiplies those of what was seen (Keskar et al. 2019)."""
    return [value * penalty if token in seen else value for token, value in enumerate(table)]
