"""Answers token by token, several at once over one base, each with its adapter or without."""

from collections.abc import Iterator
from threading import Lock

import torch

from tehon.engine.batch import Batch
from tehon.engine.encode import Encoder
from tehon.engine.generate import Answer, begin, chosen, completion, ends_of
from tehon.engine.load import LoadedModel
from tehon.prompts import ChatTemplate
from tehon.records.prompt import Prompt
from tehon.records.requests import Completion, Generation

HALF = "\N{REPLACEMENT CHARACTER}"
"""Stands where a token ends within a character."""


class Speaker:
    """A loaded model that people talk to. Its answers may be asked for in several threads; steps take turns.

    Args:
        model: it is this speaker's alone from now on.
    """

    def __init__(self, model: LoadedModel) -> None:
        """Its adapter, if it has one, is on."""
        self._model = model
        self._turn = Lock()
        self._adapted = True

    @property
    def has_adapter(self) -> bool:
        """Whether there is an adapter to be switched."""
        return self._model.adapter is not None

    @property
    def chat(self) -> ChatTemplate | None:
        """The tokenizer's chat template; None where it has none."""
        return self._model.chat

    @property
    def context_length(self) -> int:
        """The longest input in tokens."""
        return self._model.context_length

    def spell(self, prompt: Prompt, settings: Generation) -> str:
        """What the model would read, to the letter: cut as it will be, with its special tokens."""
        with self._turn:
            return self._model.encoder.spell(self._begin(prompt, settings).prompt)

    def write(self, prompt: Prompt, settings: Generation, *, adapted: bool = True) -> Iterator[str | Completion]:
        """Pieces of the answer as soon as nothing can change them, then the whole.

        Whoever stops asking stops the answer.

        Args:
            prompt: what is read.
            settings: how the answer is chosen; of its context only the draw depends on it.
            adapted: with the adapter; without one it makes no difference.

        Raises:
            ModelError: the answer does not fit into the context.
            NotFinite: a logit is NaN.
        """
        encoder = self._model.encoder
        with self._turn:
            answer = self._begin(prompt, settings)
            batch = Batch(self._model.network)
        sent = ""
        while not answer.finish:
            self._step(answer, batch, adapted=adapted)
            now = certain(answer, encoder)
            if len(now) > len(sent) and now.startswith(sent):
                yield now[len(sent) :]
                sent = now
        yield completion(answer)

    def _begin(self, prompt: Prompt, settings: Generation) -> Answer:
        encoder = self._model.encoder
        ids = encoder.prompts([prompt])[0].ids.tolist() or [encoder.end]
        return begin(self._model.network, encoder, ids, settings)

    @torch.inference_mode()
    def _step(self, answer: Answer, batch: Batch, *, adapted: bool) -> None:
        with self._turn:
            if self._model.adapter and adapted != self._adapted:
                self._model.adapter.switch(on=adapted)
                self._adapted = adapted
            logits = batch.grow([answer.ids[-1]]) if answer.ids else batch.join([answer.prompt])
            [token] = chosen(logits, [answer])
            answer.take(token, ends_of(self._model.network, self._model.encoder), self._model.encoder)


def certain(answer: Answer, encoder: Encoder) -> str:
    """The text so far, without what a later token might turn into something else or into a stop string."""
    if answer.finish:
        return answer.text
    text = encoder.decode(answer.ids).rstrip(HALF)
    for length in range(max(map(len, answer.request.stop), default=0) - 1, 0, -1):
        if any(stop.startswith(text[-length:]) for stop in answer.request.stop if len(stop) > length):
            return text[:-length]
    return text
