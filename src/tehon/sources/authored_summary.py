"""Notices and short articles with a one-sentence summary and a title."""

from collections.abc import Iterator
from pathlib import Path

from tehon.formats.authored import OURS, PLACE, SPLITS, read_book, written
from tehon.records.corpus import Example, Part, ReadOptions, Source


def read(folder: Path, options: ReadOptions) -> Iterator[Example]:
    """The examples of `authored/summary.toml`; the folder is not looked at."""
    del folder
    return written(SOURCE, read_book(Path(__file__).parent / "authored" / "summary.toml"), options)


SOURCE = Source(
    name="authored_summary",
    title="tehon's own notices and articles with summaries",
    licence=OURS,
    citation="The tehon developers: notices and articles with summaries, written for tehon's demo.",
    homepage=PLACE,
    splits=SPLITS,
    parts=(Part(name="summaries", cluster="summarisation", wording="次の文章を一文で要約してください。"),),
    sample={},
    read=read,
    embedded=True,
)
