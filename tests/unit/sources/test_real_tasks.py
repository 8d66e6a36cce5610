"""The corpora of tasks that the paper lacks, and the paper's smaller ones, on their real files with exact counts."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from tehon.build.ledger import Ledger
from tehon.build.sample import sample_rows
from tehon.records.corpus import Drop, Example, ReadOptions, Rendering
from tehon.records.release import LedgerLine
from tehon.sources import SOURCES

Published = list[dict[str, str]]
COUNTS = {
    "chabsa": ("chabsa", {"train": 1492, "test": 336}, {"no opinion": 2334, "opinions of several polarities": 774}),
    "dolly_ja": ("rendered-excerpts", {"all": 16}, {}),
    "janli": ("janli", {"train": 13680, "test": 360}, {}),
    "jcola": ("jcola", {"train": 6919, "valid": 865, "out_of_domain_valid": 342}, {}),
    "jcommonsense_morality": ("commonsense-moral-ja", {"train": 13975, "val": 1996, "test": 1996}, {}),
    "jemhopqa": ("jemhopqa", {"train": 1020, "dev": 58}, {"answer changes with time": 41}),
    "jmrd": ("jmrd", {"valid": 136}, {"film of an earlier dialogue": 64}),
    "jnli": ("jglue/jnli-v1.3", {"valid": 2434, "test": 1254}, {}),
    "jsick": ("jsick", {"train": 5000, "test": 3927}, {}),
    "jsts": ("jglue/jsts-v1.3", {"train": 12451, "valid": 1457, "test": 794}, {}),
    "mkqa": ("mkqa", {"all": 3}, {"question without an answer": 2, "long answer that is not written down": 1}),
    "wikipedia_typo": ("jwtd", {"train": 43}, {}),
}
"""Source -> folder, examples of each split at hand, rows left out."""
LABELS = {
    "chabsa": {"ポジティブ": 1037, "ネガティブ": 730, "中立": 61},
    "janli": {"含意": 7015, "非含意": 7025},
    "jcola": {"自然": 6734, "不自然": 1392},
    "jcommonsense_morality": {"問題がある": 8339, "問題がない": 9628},
    "jnli": {"中立": 2051, "矛盾": 1115, "含意": 522},
    "jsick": {"中立": 5379, "含意": 2004, "矛盾": 1544},
}


def read(shared: Path, name: str, rendering: Rendering = "fixed") -> tuple[list[Example], LedgerLine]:
    folder, splits, _ = COUNTS[name]
    ledger = Ledger(lambda _: None)
    options = ReadOptions(rendering=rendering, splits=tuple(splits))
    found = ledger.read(name, SOURCES[name].read(shared / folder, options))
    examples = [row for row in found if isinstance(row, Example)]
    (line,) = ledger.lines()
    return examples, line


@pytest.mark.parametrize("name", COUNTS)
def test_every_row_of_the_real_files_is_an_example_or_a_counted_drop(shared: Path, name: str) -> None:
    _, splits, dropped = COUNTS[name]
    found, line = read(shared, name)
    assert Counter(example.split for example in found) == splits
    assert line.dropped == dropped
    assert line.read == line.kept + sum(line.dropped.values()) == sum(splits.values()) + sum(dropped.values())
    assert len({example.upstream_id for example in found}) == len(found)
    assert all(example.instruction.strip() and example.response.strip() for example in found)


@pytest.mark.parametrize("name", [name for name, source in SOURCES.items() if source.measured])
def test_what_a_source_says_its_files_gave_is_what_they_give(shared: Path, name: str) -> None:
    folder = {"jaquad": "jaquad", "niilc": "niilc-qa"}.get(name) or COUNTS[name][0]
    for split, measured in SOURCES[name].measured.items():
        rows = list(SOURCES[name].read(shared / folder, ReadOptions(splits=(split,))))
        found = sum(isinstance(row, Example) for row in rows)
        assert (found, len(rows) - found) == (measured.examples, measured.left_out), split


@pytest.mark.parametrize("name", COUNTS)
def test_samples_are_our_own_words_and_no_rows_of_the_real_corpus(shared: Path, name: str) -> None:
    real = {(example.input or example.instruction, example.response) for example in read(shared, name)[0]}
    rows = sample_rows(SOURCES[name], ReadOptions(splits=tuple(SOURCES[name].splits)))
    ours = {(row.input or row.instruction, row.response) for row in rows if isinstance(row, Example)}
    assert ours
    assert not ours & real


@pytest.mark.parametrize("name", LABELS)
def test_every_label_has_its_word_and_every_wording_is_used(shared: Path, name: str) -> None:
    found, _ = read(shared, name)
    assert Counter(example.response for example in found) == LABELS[name]
    (part,) = SOURCES[name].parts
    shares = Counter(example.wording for example in found)
    assert set(shares) == set(part.wording.split("／"))
    assert min(shares.values()) > 0.3 * len(found)


def test_films_are_asked_about_in_every_wording(shared: Path) -> None:
    found, _ = read(shared, "jmrd")
    (part,) = SOURCES["jmrd"].parts
    shares = Counter(example.wording for example in found)
    assert set(shares) == set(part.wording.split("／"))
    assert min(shares.values()) > 20
    assert all(example.upstream_id in example.instruction for example in found)


def test_the_scores_of_jsts_become_the_words_of_their_nearest_whole_numbers(shared: Path) -> None:
    found, _ = read(shared, "jsts")
    words = Counter(example.response for example in found if example.split == "train")
    assert words == {
        "全く違う": 2270,
        "ほとんど違う": 1529,
        "少し似ている": 2333,
        "似ている": 3576,
        "とても似ている": 2395,
        "同じ意味": 348,
    }


@pytest.mark.parametrize(
    ("name", "file"), [("wikipedia_typo", "wikipedia-ja-typo"), ("dolly_ja", "databricks-dolly-15k-ja")]
)
def test_published_rows_equal_the_published_shard_row_for_row(shared: Path, name: str, file: str) -> None:
    found, _ = read(shared, name, "published")
    published = msgspec.json.decode((shared / "rendered-excerpts" / f"{file}.json").read_bytes(), type=Published)
    assert [(e.instruction, e.input, e.response) for e in found] == [
        (row["instruction"], row["input"], row["output"]) for row in published
    ]
    assert found


def test_the_parts_of_dolly_are_its_categories(shared: Path) -> None:
    found, _ = read(shared, "dolly_ja")
    published = msgspec.json.decode(
        (shared / "rendered-excerpts" / "databricks-dolly-15k-ja.json").read_bytes(), type=Published
    )
    assert [(e.upstream_id, e.part) for e in found] == [(row["index"], row["category"]) for row in published]


def test_the_upstream_row_of_jwtd_keeps_its_page_revisions_and_category(shared: Path) -> None:
    whole = read(shared, "wikipedia_typo")[0][2]
    assert (whole.upstream_id, whole.part) == ("train-2@326:19336024-27253461", "insertion")


@pytest.mark.parametrize("name", sorted(set(COUNTS) - {"jmrd", "jnli"}))
def test_only_training_splits_are_read_unless_others_are_named(shared: Path, name: str) -> None:
    folder, splits, _ = COUNTS[name]
    rows = SOURCES[name].read(shared / folder, ReadOptions())
    trained = [split for split, trainable in SOURCES[name].splits.items() if trainable]
    kept = Counter(row.split for row in rows if not isinstance(row, Drop))
    assert kept == {split: splits[split] for split in trained}
