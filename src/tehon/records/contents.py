"""The texts of what a release holds, whichever kind it is, so that a step on texts is written once."""

from collections.abc import Callable

from msgspec.structs import replace

from tehon.records.corpus import Example
from tehon.records.step import Content


def texts(content: Content) -> tuple[str, ...]:
    """Every text of it: earlier turns, instruction, input and response; or title and text."""
    if isinstance(content, Example):
        turns = tuple(turn.content for turn in content.history)
        return (*turns, content.instruction, content.input, content.response)
    return content.title, content.text


def with_texts(content: Content, change: Callable[[str], str]) -> Content:
    """The same content, every text changed; itself where nothing changes."""
    if isinstance(content, Example):
        history = tuple(replace(turn, content=change(turn.content)) for turn in content.history)
        return replace(
            content,
            history=history,
            instruction=change(content.instruction),
            input=change(content.input),
            response=change(content.response),
        )
    return replace(content, title=change(content.title), text=change(content.text))
