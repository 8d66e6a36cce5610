"""A talk with a model: turns of user and model in the frame that it was tuned with."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tehon.errors import UsageError
from tehon.evaluate.answer import DEFAULT_TEMPLATE
from tehon.evaluate.requests import special
from tehon.evaluate.subject import Subject, read_tuned
from tehon.prompts import render
from tehon.records.corpus import Example, Turn
from tehon.records.prompt import Prompt, Template
from tehon.records.requests import Completion, Generation
from tehon.templates import TEMPLATES

if TYPE_CHECKING:
    from tehon.engine.stream import Speaker

TALK = "talk"


class Talker:
    """A loaded model, and the frames that it can be talked to in.

    Args:
        subject: who answers.
        speaker: the same, loaded.
        template: the frame unless another is asked for.
    """

    def __init__(self, subject: Subject, speaker: "Speaker", template: str) -> None:
        """Say nothing yet."""
        self.title = subject.title
        self.template = template
        base = Path(subject.base).name
        self.models = (base if base != self.title else f"{base} (base)", self.title)
        self._speaker = speaker

    @property
    def has_adapter(self) -> bool:
        """Whether there is an adapter to be switched."""
        return self._speaker.has_adapter

    @property
    def context_length(self) -> int:
        """The longest input in tokens."""
        return self._speaker.context_length

    @property
    def templates(self) -> tuple[str, ...]:
        """The frames that this model can be talked to in."""
        known = (TEMPLATES[name] for name in TEMPLATES)
        return tuple(frame.name for frame in known if frame.kind == "strings" or self._speaker.chat is not None)

    def prompt(self, turns: Sequence[Turn], template: str, settings: Generation) -> str:
        """What the model would read, to the letter, with its special tokens."""
        frame, prompt = self._framed(turns, template)
        return self._speaker.spell(prompt, _settings(frame, prompt, settings))

    def answer(
        self, turns: Sequence[Turn], template: str, settings: Generation, *, adapted: bool
    ) -> Iterator[str | Completion]:
        """Pieces of the answer to the last turn, which is the user's, then the whole.

        Args:
            turns: all that was said, perhaps with a system prompt in front.
            template: the frame; empty takes the model's own.
            settings: its context and stop strings are replaced.
            adapted: with the adapter.

        Raises:
            UnknownName: there is no such template.
            UsageError: the last turn is not the user's.
            ModelError: the answer does not fit, or there is no chat template.
        """
        frame, prompt = self._framed(turns, template)
        return self._speaker.write(prompt, _settings(frame, prompt, settings), adapted=adapted)

    def _framed(self, turns: Sequence[Turn], template: str) -> tuple[Template, Prompt]:
        frame = TEMPLATES[template or self.template]
        if not turns or turns[-1].role != "user":
            raise UsageError(TALK, "must end with what the user says, but does not", "Ask something")
        return frame, render(frame, _example(turns), chat=self._speaker.chat, respond=False)


def open_talk(subject: Subject, template: str = "") -> Talker:
    """The model, loaded and ready to talk.

    Args:
        subject: who answers.
        template: the frame; empty takes the tuned model's own, else `alpaca_ja`.

    Raises:
        UnknownName: there is no such template.
        ModelError: the model cannot be loaded.
    """
    from tehon.engine.load import load  # noqa: PLC0415 - a door to torch
    from tehon.engine.stream import Speaker  # noqa: PLC0415 - likewise

    frame = TEMPLATES[template or read_tuned(subject).template or DEFAULT_TEMPLATE]
    model = load(subject.base, adapter=subject.adapter, precision=subject.precision, allow_bin=subject.allow_bin)
    return Talker(subject, Speaker(model), frame.name)


def _settings(frame: Template, prompt: Prompt, settings: Generation) -> Generation:
    return replace(settings, context=prompt.text, stop=frame.stop, special=special(frame))


def _example(turns: Sequence[Turn]) -> Example:
    """The talk as an example whose response is yet to come."""
    return Example(
        id=f"{TALK}/0",
        upstream_id="0",
        instruction=turns[-1].content,
        response="",
        history=tuple(turns[:-1]),
        source=TALK,
        part=TALK,
        split="train",
        cluster="dialogue",
        language="ja",
        licence="LicenseRef-unknown",
    )
