"""Rows of a described dataset as examples and documents: a mapping's patterns, taken apart once."""

from collections.abc import Iterator

from tehon.formats.conversations import Exchange, from_turns
from tehon.formats.mapping import Asking, Mapping, Plain, Turns, rules_of
from tehon.formats.pattern import MISSING, NO_TEXT, FieldRow, Pattern, Rules, Unfilled, value_at
from tehon.formats.wordings import worded
from tehon.records.corpus import ReadOptions
from tehon.records.record import Record
from tehon.records.rows import LeftOut, Row, Text
from tehon.text.script import language

EMPTY = "instruction or response is empty"
"""Why a row is left out."""


class Found(Record, kw_only=True):
    """A row of a table.

    Attributes:
        place: `file:number`.
        split: that its file belongs to.
        fields: what it holds.
    """

    place: str
    split: str
    fields: FieldRow


class Mapped:
    """What a mapping makes of rows.

    Args:
        mapping: says so.
        where: it stands, for messages.
        source: the source's name, part of the key that chooses wordings.
    """

    def __init__(self, mapping: Mapping, where: str, source: str) -> None:
        """Take every pattern apart."""
        self._rules = rules_of(mapping, where)
        self._id = Pattern(mapping.id, where)
        self._parts = {name: _Part(name, part, where, source) for name, part in mapping.parts.items()}
        self._plain = _Plain(mapping.document, where) if mapping.document else None

    def rows(self, found: Found, options: ReadOptions) -> Iterator[Row | LeftOut]:
        """The row of every part, or why there is none."""
        id_ = self._named(found)
        for part in self._parts.values():
            row = part.row(found, id_, self._rules, options)
            yield LeftOut(place=_place(found, part.name, len(self._parts)), reason=row) if isinstance(row, str) else row

    def texts(self, found: Found) -> Iterator[Text | LeftOut]:
        """The document, or why there is none."""
        if self._plain:
            text = self._plain.text(found, self._named(found), self._rules)
            yield LeftOut(place=found.place, reason=text) if isinstance(text, str) else text

    def _named(self, found: Found) -> str:
        """The row's own id, or its place where it has none."""
        id_ = self._id.fill(found.fields, self._rules)
        return found.place if isinstance(id_, Unfilled) or not id_ else id_


class _Part:
    def __init__(self, name: str, part: Asking, where: str, source: str) -> None:
        self.name = name
        self._source = source
        self._asking = part
        self._wordings = {text: Pattern(text, where) for text in part.wordings}
        self._input, self._response = Pattern(part.input, where), Pattern(part.response, where)
        self._turns = part.turns
        self._system = Pattern(part.turns.system if part.turns else "", where)

    def row(self, found: Found, id_: str, rules: Rules, options: ReadOptions) -> Row | str:
        exchange, wording = self._exchange(found.fields, id_, rules, options)
        if isinstance(exchange, str):
            return exchange
        if not exchange.instruction.strip() or not exchange.response.strip():
            return EMPTY
        return Row(
            upstream_id=id_,
            instruction=exchange.instruction,
            input=exchange.input,
            response=exchange.response,
            history=exchange.history,
            part=self.name,
            split=found.split,
            language=self._asking.language or _language(exchange),
            wording=wording,
        )

    def _exchange(self, fields: FieldRow, id_: str, rules: Rules, options: ReadOptions) -> tuple[Exchange | str, str]:
        if self._turns:
            return self._conversation(self._turns, fields, rules), ""
        asked = worded(list(self._wordings), options, self._source, self.name, id_)
        texts = []
        for pattern in (self._wordings[asked.pattern], self._input, self._response):
            text = pattern.fill(fields, rules)
            if isinstance(text, Unfilled):
                return text.reason, ""
            texts.append(text)
        instruction, material, response = texts
        return Exchange(instruction, response, material), asked.noted if len(self._wordings) > 1 else ""

    def _conversation(self, turns: Turns, fields: FieldRow, rules: Rules) -> Exchange | str:
        said = value_at(fields, turns.field)
        system = self._system.fill(fields, rules)
        if isinstance(system, Unfilled):
            return system.reason
        if said is None:
            return MISSING
        if not isinstance(said, list) or not all(isinstance(turn, dict) for turn in said):
            return NO_TEXT
        opening = [("system", system)] if system else []
        return from_turns([*opening, *(_turn(turn, turns) for turn in said)])


class _Plain:
    def __init__(self, plain: Plain, where: str) -> None:
        self._text, self._title = Pattern(plain.text, where), Pattern(plain.title, where)
        self._language = plain.language

    def text(self, found: Found, id_: str, rules: Rules) -> Text | str:
        text, title = self._text.fill(found.fields, rules), self._title.fill(found.fields, rules)
        if isinstance(text, Unfilled):
            return text.reason
        if isinstance(title, Unfilled):
            return title.reason
        spoken = self._language or language(text)
        return Text(upstream_id=id_, title=title, text=text, split=found.split, language=spoken)


def _language(exchange: Exchange) -> str:
    """Of the response; told from what is asked where a response of a few kanji could be more than one language's."""
    spoken = language(exchange.response)
    return language(exchange.instruction + exchange.input) if spoken == "und" else spoken


def _turn(turn: FieldRow, turns: Turns) -> tuple[str, str | None]:
    speaker, said = str(value_at(turn, turns.role)), value_at(turn, turns.content)
    return turns.roles.get(speaker, speaker), said if isinstance(said, str) else None


def _place(found: Found, part: str, parts: int) -> str:
    """Where a row came from; with the part, where one row may become several examples."""
    return f"{found.place} {part}" if parts > 1 else found.place
