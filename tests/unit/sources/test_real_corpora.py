"""The readers on the real files, with the figures that the corpora and the paper state."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from tehon.build.ledger import Ledger
from tehon.build.sample import sample_rows
from tehon.records.corpus import Drop, Example, ReadOptions, Rendering
from tehon.sources import SOURCES

FOLDERS = {
    "aio": "aio",
    "jaquad": "jaquad",
    "jcommonsenseqa": "jglue/jcommonsenseqa-v1.3",
    "jqac": "jqac",
    "jsquad": "jglue/jsquad-v1.3",
    "niilc": "niilc-qa",
}
AT_HAND = {"aio": ("dev", "test", "train"), "jsquad": ("valid",)}
"""Splits whose files are at hand, where not all are."""


def read(shared: Path, name: str, rendering: Rendering = "fixed") -> tuple[list[Example], Counter[str]]:
    source = SOURCES[name]
    options = ReadOptions(rendering=rendering, splits=AT_HAND.get(name, tuple(source.splits)))
    rows = list(source.read(shared / FOLDERS[name], options))
    dropped = Counter(row.reason for row in rows if isinstance(row, Drop))
    return [row for row in rows if isinstance(row, Example)], dropped


def test_jqac_gives_the_published_906_rows_to_the_letter(shared: Path) -> None:
    found, dropped = read(shared, "jqac", "published")
    published = msgspec.json.decode(
        (shared / "rendered-excerpts" / "jqac.json").read_bytes(), type=list[dict[str, str]]
    )
    assert len(found) == 906
    assert [(e.instruction, e.input, e.response) for e in found] == [
        (row["instruction"], row["input"], row["output"]) for row in published
    ]
    assert dropped == {"empty row": 9141}


def test_jcommonsenseqa_gives_the_papers_10058_rows(shared: Path) -> None:
    found = [
        row
        for row in SOURCES["jcommonsenseqa"].read(
            shared / FOLDERS["jcommonsenseqa"], ReadOptions(rendering="published")
        )
        if isinstance(row, Example)
    ]
    assert Counter(example.split for example in found) == {"train": 8939, "valid": 1119}
    assert all(example.response in example.input.split("、") for example in found if "、" not in example.response)


def test_jcommonsenseqa_is_not_trained_on_its_evaluation_split_unless_told_to(shared: Path) -> None:
    found = list(SOURCES["jcommonsenseqa"].read(shared / FOLDERS["jcommonsenseqa"], ReadOptions()))
    assert {row.split for row in found if isinstance(row, Example)} == {"train"}
    assert len(found) == 8939


def test_jsquad_valid_gives_4822_rows_as_published_and_one_a_question_when_fixed(shared: Path) -> None:
    published, dropped = read(shared, "jsquad", "published")
    fixed, dropped_too = read(shared, "jsquad")
    assert len(published) == 4822
    assert dropped == dropped_too == {"paragraph shorter than 30 characters": 12}
    assert len(fixed) == len({example.upstream_id for example in published}) == 4442 - 12
    assert {(e.upstream_id, e.instruction, e.input) for e in fixed} == {
        (e.upstream_id, e.instruction, e.input) for e in published
    }


def test_aio_gives_every_question_twice_as_published_and_drops_what_cannot_be_turned_round(shared: Path) -> None:
    published, dropped = read(shared, "aio", "published")
    fixed, left_out = read(shared, "aio")
    lines = sum(len(path.read_bytes().splitlines()) - 1 for path in (shared / "aio").iterdir())
    assert Counter(example.part for example in published) == {"forward": lines, "reverse": lines}
    assert not dropped
    assert len(fixed) + left_out.total() == 2 * lines
    reversed_ = [example.response for example in fixed if example.part == "reverse"]
    assert not any(text.endswith("？") for text in reversed_)
    assert len(reversed_) == 3304
    about = next(part for part in SOURCES["aio"].parts if part.name == "reverse")
    shares = Counter(example.wording for example in fixed if example.part == "reverse")
    assert set(shares) == set(about.wording.split("／"))
    assert min(shares.values()) > 1000


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("rendering", ["published", "fixed"])
def test_the_ledger_of_a_real_corpus_sums(shared: Path, name: str, rendering: Rendering) -> None:
    drops: list[Drop] = []
    ledger = Ledger(drops.append)
    found, dropped = read(shared, name, rendering)
    rows = SOURCES[name].read(
        shared / FOLDERS[name],
        ReadOptions(rendering=rendering, splits=AT_HAND.get(name, tuple(SOURCES[name].splits))),
    )
    assert list(ledger.read(name, rows)) == found
    (line,) = ledger.lines()
    assert (line.read, line.dropped) == (len(found) + dropped.total(), dropped)
    assert len(drops) == dropped.total()


@pytest.mark.parametrize(("name", "count"), [("jaquad", 8186), ("niilc", 900)])
def test_question_corpora_are_read_whole(shared: Path, name: str, count: int) -> None:
    found, dropped = read(shared, name)
    assert len(found) + dropped.total() == count
    assert all(example.response.strip() for example in found)


@pytest.mark.parametrize("name", FOLDERS)
def test_samples_are_our_own_words_and_no_rows_of_the_real_corpus(shared: Path, name: str) -> None:
    real = {(example.instruction, example.input, example.response) for example in read(shared, name)[0]}
    rows = sample_rows(SOURCES[name], ReadOptions(splits=tuple(SOURCES[name].splits)))
    ours = {(row.instruction, row.input, row.response) for row in rows if isinstance(row, Example)}
    assert ours
    assert not ours & real
