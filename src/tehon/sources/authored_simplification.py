"""Formal Japanese and the same in plain, polite words."""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.authored import OURS, PLACE, SPLITS, read_book, written
from tehon.records.corpus import Example, Part, ReadOptions, Source


def read(folder: Path, options: ReadOptions) -> Iterator[Example]:
    """The examples of `authored/simplification.toml`; the folder is not looked at."""
    del folder
    return written(SOURCE, read_book(Path(__file__).parent / "authored" / "simplification.toml"), options)


SOURCE = Source(
    name="authored_simplification",
    title="tehon's own formal and plain Japanese",
    licence=OURS,
    citation="The tehon developers: formal and plain Japanese, written for tehon's demo.",
    homepage=PLACE,
    splits=SPLITS,
    parts=(
        Part(name="sentences", cluster="simplification", wording="次の文をやさしい日本語に書き換えてください。"),
        Part(name="words", cluster="simplification", wording="「…」をやさしい言葉で言い換えてください。"),
    ),
    sample={},
    read=read,
    embedded=True,
)
