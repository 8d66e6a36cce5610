"""What the steps do to real corpora with their default options: they find known defects, and next to nothing else."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tehon.build.clean import clean
from tehon.build.row_steps import row_steps
from tehon.records.corpus import Drop, Example, ReadOptions
from tehon.records.step import Content
from tehon.sources import SOURCES

FOLDERS = {
    "aio": "aio",
    "dolly_ja": "rendered-excerpts",
    "jaquad": "jaquad",
    "jcommonsenseqa": "jglue/jcommonsenseqa-v1.3",
    "jqac": "jqac",
    "jsquad": "jglue/jsquad-v1.3",
    "snow": "snow-t15",
    "tab_delimited": "tatoeba-manythings",
    "wikipedia_typo": "jwtd",
}
AT_HAND = {"aio": ("dev", "test", "train"), "jsquad": ("valid",), "snow": ("T15",), "wikipedia_typo": ("train",)}


def read(shared: Path, name: str, folder: str) -> Iterator[Content]:
    rows = SOURCES[name].read(shared / folder, ReadOptions(splits=AT_HAND.get(name)))
    for row in clean(row for row in rows if isinstance(row, Example)):
        if not isinstance(row, Drop):
            yield row


def through(step: str, rows: Iterator[Content]) -> tuple[list[Content], Counter[str]]:
    [(_, function)] = row_steps({step: {}})
    out = list(function(rows))
    dropped = Counter(row.reason for row in out if isinstance(row, Drop))
    return [row for row in out if not isinstance(row, Drop)], dropped


@pytest.mark.parametrize("name", FOLDERS)
def test_sound_corpora_lose_no_row_and_no_text_is_masked(shared: Path, name: str) -> None:
    rows = list(read(shared, name, FOLDERS[name]))
    for step in ("fields", "language"):
        kept, dropped = through(step, iter(rows))
        assert dropped == {}
        assert kept == rows
    masked, _ = through("personal", iter(rows))
    # One pair of sentences, in both directions, tells a toll-free number.
    assert sum(one != other for one, other in zip(masked, rows, strict=True)) == (2 if name == "tab_delimited" else 0)


def test_coursera_holds_english_where_japanese_should_stand(shared: Path) -> None:
    rows = list(read(shared, "coursera", "coursera"))
    kept, dropped = through("language", iter(rows))
    assert dropped == {"response in another language": 66, "input in another language": 66}
    assert len(kept) == len(rows) - 132


def exchanged(rows: Iterator[Content]) -> Iterator[Content]:
    for row in rows:
        if isinstance(row, Example) and row.cluster == "translation":
            yield replace(row, input=row.response, response=row.input)


def test_of_exchanged_translations_one_in_forty_thousand_is_missed(shared: Path) -> None:
    """As in release 0.1.0 of the authors' dataset, in which JESC was read in the wrong direction."""
    kept, dropped = through("language", exchanged(read(shared, "tab_delimited", "tatoeba-manythings")))
    assert dropped["translated in the other direction"] > 0.999 * dropped.total()
    assert len(kept) == 2
    assert dropped.total() == 85_296


def test_the_defects_of_published_summaries_are_found(shared: Path, make_example: Callable[..., Example]) -> None:
    rows = msgspec.json.decode(
        (shared / "rendered-excerpts" / "wikipedia-summary.json").read_bytes(), type=list[dict[str, str]]
    )
    contents = [
        replace(make_example(place, row["instruction"], row["input"], row["output"]), upstream_id=row["input"])
        for place, row in enumerate(rows)
    ]
    [(_, function)] = row_steps({"fields": {}})
    found = {
        content.upstream_id: out.reason
        for content, out in zip(contents, function(contents), strict=True)
        if isinstance(out, Drop)
    }
    assert found == {"両国国技館": "blank instruction or response", "タイ": "response repeats the input"}
