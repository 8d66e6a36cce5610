"""Sentences with one slip of a hurried writer, to be put right: particles, kana, characters that sound alike."""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.authored import OURS, PLACE, SPLITS, Table, Tables, read_book, written
from tehon.records.corpus import Example, Part, ReadOptions, Source

CHARACTERS = "漢字"
"""The kind of slip that can be named without its sentence."""


def read(folder: Path, options: ReadOptions) -> Iterator[Example]:
    """The examples of `authored/correction.toml`; the folder is not looked at."""
    del folder
    return written(SOURCE, read_book(Path(__file__).parent / "authored" / "correction.toml", slip), options)


def slip(tables: Tables) -> Tables:
    """Every sentence with every slip that it allows, one at a time; the right sentence names the row."""
    rows = [
        (right, right.replace(ought, was, 1), was, ought, kind)
        for (right,) in tables["sentence"].rows
        for ought, was, kind in tables["slip"].rows
        if right.count(ought) == 1
    ]
    columns = ("right", "wrong", "was", "ought", "kind")
    characters = tuple(row for row in rows if row[-1] == CHARACTERS)
    return {
        "typo": Table(columns=columns, rows=tuple(rows), entities=True),
        "misspelling": Table(columns=columns, rows=characters, entities=True),
    }


SOURCE = Source(
    name="authored_correction",
    title="tehon's own typing errors",
    licence=OURS,
    citation="The tehon developers: sentences with typing errors, written for tehon's demo.",
    homepage=PLACE,
    splits=SPLITS,
    parts=(
        Part(name="sentences", cluster="correction", wording="次の文の間違いを直してください。"),
        Part(name="mistakes", cluster="correction", wording="次の文のどこが間違っていますか？"),
    ),
    sample={},
    read=read,
    embedded=True,
)
