"""Authored books: text that the project wrote itself, as tables of words and patterns that are filled from them.

A book is a TOML file. A pattern names the tables that fill its slots; `{shop}` stands for the first column of the row
drawn for the slot `shop`, `{shop.sells}` for another one. Two things are kept apart for evaluation, whole: a tenth of
the rows of every table of entities, by keyed hash of the entity's name alone and thus in every book alike, and the
wordings listed as unseen.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import xxhash

from tehon.errors import BadConfig
from tehon.formats.toml import read_toml
from tehon.records.corpus import Example, Licence, ReadOptions, Source
from tehon.records.record import Record

OURS = Licence(spdx="Apache-2.0", url="https://www.apache.org/licenses/LICENSE-2.0")
"""The licence of everything that the project wrote itself."""
PLACE = "tehon itself"
"""Where it is published."""
SPLITS = {"train": True, "held_out": False}
"""The splits of every authored source."""

_HELD_OUT_OF = 10
_ATTEMPTS = 50
_SLOT = re.compile(r"\{([^{}]*)\}")
T = TypeVar("T")
Text = Annotated[str, msgspec.Meta(min_length=1)]
Texts = Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]


class Table(Record, kw_only=True):
    """Rows of words that fill a slot.

    Attributes:
        columns: their names; the first one names the row.
        rows: one string a column.
        entities: a held-out row never stands in the training split, under no pattern.
    """

    columns: Texts
    rows: Annotated[tuple[tuple[str, ...], ...], msgspec.Meta(min_length=1)]
    entities: bool = False


Tables = Mapping[str, Table]
"""Name -> rows."""


class Asking(Record, kw_only=True):
    """Ways to ask one thing: `wordings` for training, `unseen` for evaluation alone."""

    wordings: Texts
    unseen: Texts


class Ask(Record, kw_only=True):
    """One question of a pattern: how it is asked, and the responses to choose from.

    Attributes:
        asking: the name of one of the book's askings.
        responses: all of them right.
    """

    asking: str
    responses: Texts


class Pattern(Record, kw_only=True):
    """What is made of every filling of its slots.

    Attributes:
        name: unique in the book; opens the upstream ids.
        part: the source's part that it belongs to.
        slots: slot -> table; two slots of one table never hold the same row.
        draws: how many fillings, by keyed hash; None takes every combination.
        inputs: the material that is asked about; empty where there is none.
        asks: the questions, one example each.
    """

    name: str
    part: str
    slots: Annotated[dict[str, str], msgspec.Meta(min_length=1)]
    draws: Annotated[int, msgspec.Meta(ge=1)] | None = None
    inputs: tuple[Text, ...] = ()
    asks: Annotated[tuple[Ask, ...], msgspec.Meta(min_length=1)]


class Book(Record, kw_only=True):
    """Tables, askings and patterns.

    Attributes:
        name: the file's name.
        tables: name -> rows.
        askings: name -> wordings.
        patterns: in the order of the examples.
    """

    name: str
    tables: dict[str, Table] = {}
    askings: dict[str, Asking]
    patterns: Annotated[tuple[Pattern, ...], msgspec.Meta(min_length=1)]


Filling = dict[str, str]
"""`slot` and `slot.column` -> word."""


def read_book(path: Path, compute: Callable[[Tables], Tables] | None = None) -> Book:
    """A book.

    Args:
        path: its file.
        compute: makes further tables out of the book's own.

    Raises:
        BadConfig: the file breaks the schema, a row is too short or too long, or a name leads nowhere.
    """
    book = read_toml(path, Book)
    if compute:
        book = msgspec.structs.replace(book, tables={**book.tables, **compute(book.tables)})
    for name, table in book.tables.items():
        for row in table.rows:
            if len(row) != len(table.columns):
                problem = f"a row of tables.{name} must have {len(table.columns)} words, but {list(row)} has {len(row)}"
                raise BadConfig(str(path), problem, "Correct that row")
    for pattern in book.patterns:
        _check(path, book, pattern)
    return book


def _check(path: Path, book: Book, pattern: Pattern) -> None:
    where = f"pattern {pattern.name}"
    for table in pattern.slots.values():
        _known(path, f"{where}: table", table, book.tables)
    words = _fill_with(book, pattern, tuple(book.tables[table].rows[0] for table in pattern.slots.values()))
    for ask in pattern.asks:
        _known(path, f"{where}: asking", ask.asking, book.askings)
        asking = book.askings[ask.asking]
        for text in (*pattern.inputs, *asking.wordings, *asking.unseen, *ask.responses):
            for name in _SLOT.findall(text):
                _known(path, f"{where}: slot", name, words)


def _known(path: Path, what: str, name: str, known: Mapping[str, object]) -> None:
    if name not in known:
        raise BadConfig(str(path), f"{what} '{name}' does not exist", f"Known are {', '.join(known)}")


def written(source: Source, book: Book, options: ReadOptions) -> Iterator[Example]:
    """The examples of a book in the order of its patterns.

    Ids count over both splits, and fillings do not depend on the seed, so that neither moves an id; the seed is the
    key of the wordings.
    """
    wanted = options.splits or tuple(split for split, trainable in source.splits.items() if trainable)
    clusters = {part.name: part.cluster for part in source.parts}
    row = 0
    for pattern in book.patterns:
        for number, (rows, words) in enumerate(_fillings(book, pattern)):
            split = "held_out" if _any_held_out(book, pattern, rows) else "train"
            for ask_number, ask in enumerate(pattern.asks):
                key = f"{pattern.name}/{number}.{ask_number}"
                if split in wanted:
                    asking = book.askings[ask.asking]
                    wording = choose(asking.wordings if split == "train" else asking.unseen, options.seed, key)
                    yield Example(
                        id=f"{source.name}/{row:06d}",
                        upstream_id=key,
                        instruction=_fill(wording, words),
                        input=_fill(choose(pattern.inputs, "input", pattern.name, number), words)
                        if pattern.inputs
                        else "",
                        response=_fill(choose(ask.responses, "response", key), words),
                        source=source.name,
                        part=pattern.part,
                        split=split,
                        cluster=clusters[pattern.part],
                        language="ja",
                        licence=source.licence.spdx,
                        wording=wording,
                    )
                row += 1


def held_out(entity: str) -> bool:
    """Whether an entity of that name is kept for evaluation; depends on the name alone."""
    return choose(range(_HELD_OUT_OF), "held out", entity) == 0


def choose(among: Sequence[T], *key: object) -> T:
    """One of these by keyed hash: the same in every process, on every machine."""
    return among[xxhash.xxh3_64_intdigest("\0".join(map(str, key)).encode()) % len(among)]


def _fillings(book: Book, pattern: Pattern) -> Iterator[tuple[tuple[tuple[str, ...], ...], Filling]]:
    tables = [book.tables[table].rows for table in pattern.slots.values()]
    seen: set[tuple[tuple[str, ...], ...]] = set()
    for rows in product(*tables) if pattern.draws is None else _drawn(pattern, tables):
        if rows in seen or len(set(zip(pattern.slots.values(), rows, strict=True))) < len(rows):
            continue
        if len(seen) == pattern.draws:
            return
        seen.add(rows)
        yield rows, _fill_with(book, pattern, rows)


def _drawn(pattern: Pattern, tables: list[tuple[tuple[str, ...], ...]]) -> Iterator[tuple[tuple[str, ...], ...]]:
    for attempt in range((pattern.draws or 0) * _ATTEMPTS):
        yield tuple(choose(rows, pattern.name, attempt, slot) for slot, rows in zip(pattern.slots, tables, strict=True))


def _fill_with(book: Book, pattern: Pattern, rows: tuple[tuple[str, ...], ...]) -> Filling:
    words: Filling = {}
    for (slot, table), row in zip(pattern.slots.items(), rows, strict=True):
        words[slot] = row[0]
        words |= {f"{slot}.{column}": word for column, word in zip(book.tables[table].columns, row, strict=True)}
    return words


def _any_held_out(book: Book, pattern: Pattern, rows: tuple[tuple[str, ...], ...]) -> bool:
    named = zip(pattern.slots.values(), rows, strict=True)
    return any(book.tables[table].entities and held_out(row[0]) for table, row in named)


def _fill(text: str, words: Filling) -> str:
    return _SLOT.sub(lambda slot: words[slot[1]], text)
