"""Answers to instructions outside any task."""

from collections.abc import Sequence

from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.errors import ModelError
from tehon.evaluate.loader import ENGINE, Loader
from tehon.evaluate.requests import special
from tehon.evaluate.subject import Subject, read_tuned
from tehon.progress import Progress, silent
from tehon.prompts import ask
from tehon.records.prompt import Template
from tehon.records.requests import Completion, Generation
from tehon.templates import TEMPLATES

DEFAULT_TEMPLATE = "alpaca_ja"
AT_ONCE = 16
"""Instructions handed to the model together, so that progress is seen."""


def answer(
    subject: Subject,
    instructions: Sequence[str],
    settings: Generation,
    *,
    template: str = "",
    progress: Progress = silent,
    loader: Loader = ENGINE,
) -> list[Completion]:
    """One greedy answer an instruction, in their order.

    Args:
        subject: who answers.
        instructions: what is asked.
        settings: the longest answer and the repetition penalty; its context is replaced.
        template: the frame; empty takes the tuned model's own, else DEFAULT_TEMPLATE.
        progress: is told about every answer.
        loader: makes the model.

    Raises:
        UnknownName: there is no such template.
        ModelError: the model cannot be loaded, or has no chat template where one is asked for.
    """
    frame = TEMPLATES[template or read_tuned(subject).template or DEFAULT_TEMPLATE]
    model = loader.load(subject)
    asked = replace(settings, stop=frame.stop, special=special(frame))
    requests = [replace(asked, context=_context(frame, text, model)) for text in instructions]
    answers: list[Completion] = []
    with progress(f"answering as {subject.title}", len(requests), "answers") as advance:
        for start in range(0, len(requests), AT_ONCE):
            some = list(model.generate(requests[start : start + AT_ONCE]))
            answers += some
            advance(len(some))
    return answers


def _context(frame: Template, instruction: str, model: Model) -> str:
    if frame.kind == "strings":
        return ask(frame, instruction)
    if model.chat is None:
        remedy = "Choose another template, such as alpaca_ja"
        raise ModelError("template chat", "the tokenizer must have a chat template, but it has none", remedy)
    return model.chat([{"role": "user", "content": instruction}], True)  # noqa: FBT003 - the tokenizer's own signature
