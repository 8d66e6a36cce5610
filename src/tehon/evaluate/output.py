"""Choosing by writing: the model answers, and what it wrote is matched against the choices."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import filterfalse

from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.evaluate.jobs import Way
from tehon.evaluate.requests import Asked, special, to_write
from tehon.records.requests import Generation
from tehon.records.scores import ItemResult, Matched

BEYOND_CHOICE = 8
"""Tokens after the longest choice, so that a model may say a word before it or end by itself."""


def request(one: Asked, way: Way, offered: Sequence[str]) -> Generation:
    """What a model writes before it must have named its choice, which has at most as many tokens as bytes."""
    longest = max(len(word.encode()) for word in offered)
    # As for a likelihood, a space at the end belongs to the word that the model writes.
    bare = way.protocol.encode == "joint_safe" and not special(way.frame)
    context = one.blank.context.rstrip(" ") if bare else one.blank.context
    return to_write(context, longest + BEYOND_CHOICE, way)


def answer(asked: Sequence[Asked], results: Sequence[ItemResult], model: Model) -> Iterator[ItemResult]:
    """The results with what the model wrote and which of the choices that is."""
    answers = model.generate([request for one in asked for request in one.writings])
    for result, written in zip(results, answers, strict=True):
        said, matched = match(written.text, result.choices)
        yield replace(
            result,
            output=written.text,
            said=said,
            matched=matched,
            prompt_tokens=max(result.prompt_tokens, written.prompt_tokens),
            truncated=max(result.truncated, written.truncated),
        )


def match(text: str, choices: Sequence[str]) -> tuple[str, Matched]:
    """The choice that a text says, and how it was known: exactly, by its beginning, or when both are normalised.

    Of several choices that a text begins with, the longest is meant. Nothing is looked for further inside: a text that
    weighs the choices against each other names all of them.
    """
    written = text.strip()
    if found := _said(written, choices, str.strip, exact=True):
        return found, "exact"
    if found := _said(written, choices, str.strip, exact=False):
        return found, "prefix"
    found = _said(_normal(text), choices, _normal, exact=False)
    return (found, "normalised") if found else ("", "none")


def _said(text: str, choices: Sequence[str], form: Callable[[str], str], *, exact: bool) -> str:
    words = {form(word): word for word in reversed(choices) if form(word)}
    fitting = [word for word in words if (text == word if exact else text.startswith(word))]
    return words[max(fitting, key=len)] if fitting else ""


def _normal(text: str) -> str:
    """Letters and digits alone, in one width and in small letters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filterfalse(_is_mark, folded))


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "PSZC"
