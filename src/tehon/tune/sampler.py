"""Asks the model that is being tuned, now and then, what people want to see it answer."""

import logging
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from tehon.engine.generate import generate
from tehon.engine.load import LoadedModel
from tehon.errors import TehonError, UsageError
from tehon.prompts import ask
from tehon.records.prompt import Template
from tehon.records.requests import Generation
from tehon.records.tuning import Sharding
from tehon.tune.samples import Sample, add

PAUSE_SECONDS = 30.0
"""Between two times, so that a run whose steps are short is not held up."""
LONGEST = 96
"""Tokens of an answer."""
log = logging.getLogger(__name__)


class Sampler:
    """Writes answers beside the curve; what the run comes to is the same.

    Args:
        model: what is tuned.
        template: as it is tuned.
        prompts: instructions.
        folder: of the run.
    """

    def __init__(self, model: LoadedModel, template: Template, prompts: Sequence[str], folder: Path) -> None:
        """Nothing was asked yet."""
        self._model = model
        self._template = template
        self._prompts = prompts
        self._folder = folder
        self._next = 0.0

    def look(self, step: int, *, last: bool) -> None:
        """Ask, if it is time, or for the last time; a model that cannot answer is not asked again."""
        if not self._prompts or not (last or monotonic() >= self._next):
            return
        try:
            found = generate(self._model.network, self._model.encoder, list(map(self._request, self._prompts)))
            answered = zip(self._prompts, found, strict=True)
            add(self._folder, [Sample(step=step, prompt=p, text=a.text, finish=a.finish) for p, a in answered])
        except TehonError as error:
            log.warning("--sample: %s", error)
            self._prompts = ()
        self._next = monotonic() + PAUSE_SECONDS

    def _request(self, prompt: str) -> Generation:
        chat, frame = self._model.chat, self._template
        if frame.kind == "chat" and chat is not None:
            context = chat([{"role": "user", "content": prompt}], True)  # noqa: FBT003 - the tokenizer's own signature
            return Generation(context=context, max_new_tokens=LONGEST, special=True)
        return Generation(context=ask(frame, prompt), stop=frame.stop, max_new_tokens=LONGEST)


def check_samples(prompts: Sequence[str], sharding: Sharding) -> None:
    """See that one process can answer.

    Raises:
        UsageError: the weights are divided.
    """
    if prompts and sharding != "none":
        problem = f"needs all weights in one process, but --sharding {sharding} divides them"
        raise UsageError("--sample", problem, "Leave out one of the two")
