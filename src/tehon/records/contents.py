"""The texts of what a release holds, whichever kind it is, so that a step on texts is written once."""

from collections.abc import Callable

from msgspec.structs import replace

from tehon.records.corpus import Example
from tehon.records.step import Content


def texts(content: Content) -> tuple[str, ...]:
    """Every text of it: earlier turns, instruction, input and response; or title and text."""
    if isinstance(content, Example):
        asked = content.instruction, content.input, content.response
        return (*(turn.content for turn in content.history), *asked) if content.history else asked
    return content.title, content.text


def with_texts(content: Content, change: Callable[[str], str]) -> Content:
    """The same content, every text changed; itself where nothing changes."""
    before = texts(content)
    after = tuple(map(change, before))
    if after == before:
        return content
    if isinstance(content, Example):
        *said, instruction, material, response = after
        turns = zip(content.history, said, strict=True)
        history = tuple(replace(turn, content=text) for turn, text in turns)
        return replace(content, history=history, instruction=instruction, input=material, response=response)
    title, text = after
    return replace(content, title=title, text=text)
