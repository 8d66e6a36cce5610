"""Short passages with questions whose answers stand in the passage."""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.authored import OURS, PLACE, SPLITS, read_book, written
from tehon.records.corpus import Example, Part, ReadOptions, Source


def read(folder: Path, options: ReadOptions) -> Iterator[Example]:
    """The examples of `authored/reading.toml`; the folder is not looked at."""
    del folder
    return written(SOURCE, read_book(Path(__file__).parent / "authored" / "reading.toml"), options)


SOURCE = Source(
    name="authored_reading",
    title="tehon's own reading passages",
    licence=OURS,
    citation="The tehon developers: reading passages with questions, written for tehon's demo.",
    homepage=PLACE,
    splits=SPLITS,
    parts=(
        Part(name="passages", cluster="reading comprehension", wording="…は何時に開きますか？"),
        Part(name="stories", cluster="reading comprehension", wording="次のお話を読んで答えてください。…"),
    ),
    sample={},
    read=read,
    embedded=True,
)
