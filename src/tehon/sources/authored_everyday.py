"""Ordinary questions with helpful, short answers: greetings, how-to, words, things, the model itself."""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.authored import OURS, PLACE, SPLITS, read_book, written
from tehon.records.corpus import Example, Part, ReadOptions, Source


def read(folder: Path, options: ReadOptions) -> Iterator[Example]:
    """The examples of `authored/everyday.toml`; the folder is not looked at."""
    del folder
    return written(SOURCE, read_book(Path(__file__).parent / "authored" / "everyday.toml"), options)


SOURCE = Source(
    name="authored_everyday",
    title="tehon's own everyday questions",
    licence=OURS,
    citation="The tehon developers: everyday questions and answers, written for tehon's demo.",
    homepage=PLACE,
    splits=SPLITS,
    parts=(
        Part(name="questions", cluster="commonsense", wording="味噌汁の作り方を簡単に教えてください。"),
        Part(name="words", cluster="commonsense", wording="「…」とはどういう意味ですか。"),
        Part(name="things", cluster="commonsense", wording="…は何に使いますか。"),
    ),
    sample={},
    read=read,
    embedded=True,
)
