"""Texts with slots that a row fills: `{question}`, `{answers.text.0}`. A slot is a name; nothing is computed.

Dots lead into nested fields. A number takes one element of a list; any other step is taken in every element. A list of
texts is joined. Braces that are text are doubled, as in Python's own format strings.
"""

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from math import isnan
from string import Formatter
from typing import Any, NamedTuple

from tehon.errors import BadConfig

FieldRow = Mapping[str, Any]
MISSING = "a field is missing or null"
NO_TEXT = "a field holds no text"
NO_WORD = "a label without a word"


class Unfilled(NamedTuple):
    """Why a row does not fill a pattern: a short constant phrase, the key of a count."""

    reason: str


class Pattern:
    """A text with slots.

    Args:
        text: the pattern.
        where: it stands, for messages.

    Raises:
        BadConfig: a brace has no partner, or a slot holds more than names joined by dots.
    """

    def __init__(self, text: str, where: str) -> None:
        """Take the text apart."""
        self._pieces: list[tuple[str, str]] = []
        try:
            parsed = list(Formatter().parse(text))
        except ValueError as error:
            problem = f"{text!r} must be text with slots, but {error}"
            raise BadConfig(where, problem, "Double a brace that is text, as {{ or }}") from error
        for literal, field, spec, conversion in parsed:
            if field is not None and (spec or conversion or not all(field.split(".")) or set("[]!:") & set(field)):
                problem = f"a slot of {text!r} must be a field's name, but is {field!r}"
                raise BadConfig(where, problem, "Write {field} or {field.inner}, and nothing else between the braces")
            self._pieces.append((literal, field or ""))

    @property
    def fields(self) -> frozenset[str]:
        """The paths in its slots."""
        return frozenset(path for _, path in self._pieces if path)

    def fill(self, row: FieldRow, rules: "Rules") -> str | Unfilled:
        """The text for one row, or why there is none."""
        texts = []
        for literal, path in self._pieces:
            found = rules.text(row, path) if path else ""
            if isinstance(found, Unfilled):
                return found
            texts += [literal, found]
        return "".join(texts)


class Rules(NamedTuple):
    """What holds for every slot of a mapping.

    Attributes:
        labels: path -> value -> the word for it, a pattern as well.
        optional: paths that may lead nowhere; they are empty then.
        join: what stands between the texts of a list.
    """

    labels: Mapping[str, Mapping[str, Pattern]] = {}
    optional: frozenset[str] = frozenset()
    join: str = "、"

    def text(self, row: FieldRow, path: str) -> str | Unfilled:
        """What a slot is filled with."""
        texts = _texts(value_at(row, path))
        if isinstance(texts, Unfilled):
            return texts
        if not texts:
            return "" if path in self.optional else Unfilled(MISSING)
        if path not in self.labels:
            return self.join.join(texts)
        words = []
        for text in texts:
            word = self.labels[path].get(text)
            filled = word.fill(row, self._replace(labels={})) if word else Unfilled(NO_WORD)
            if isinstance(filled, Unfilled):
                return filled
            words.append(filled)
        return self.join.join(words)


def value_at(row: FieldRow, path: str) -> Any:  # noqa: ANN401 - whatever a dataset holds
    """What a path leads to in a row; None where it leads nowhere."""
    value: Any = row
    for step in path.split("."):
        value = _step(value, step)
    return value


def _step(value: Any, step: str) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list | tuple):
        if step.isdecimal():
            return value[int(step)] if int(step) < len(value) else None
        return [_step(element, step) for element in value]
    return None


def _texts(value: Any) -> list[str] | Unfilled:  # noqa: ANN401
    """The texts of a value, nulls left out."""
    if not isinstance(value, list | tuple):
        text = _text(value)
        return text if isinstance(text, Unfilled) else [text] if text is not None else []
    found: list[str] = []
    for element in value:
        texts = _texts(element)
        if isinstance(texts, Unfilled):
            return texts
        found += texts
    return found


def _text(value: Any) -> str | Unfilled | None:  # noqa: ANN401
    """A single value as text; None where it is null."""
    text: str | Unfilled | None = Unfilled(NO_TEXT)
    match value:
        case str() | None:
            text = value
        case bool():
            text = "true" if value else "false"
        case float() if isnan(value):
            text = None  # pandas writes it for nothing
        case int() | float() | Decimal():
            text = str(value)
        case date() | time():
            text = value.isoformat()
    return text
