"""Readers of the original system's other corpora on real files, with the figures that corpora and paper state."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from tehon.build.ledger import Ledger
from tehon.build.sample import sample_rows
from tehon.formats.wordings import APART
from tehon.records.corpus import Drop, Example, ReadOptions, Rendering
from tehon.sources import SOURCES

FOLDERS = {
    "aozora": "aozora",
    "coursera": "coursera",
    "snow": "snow-t15",
    "tab_delimited": "tatoeba-manythings",
    "wikipedia_summary": "derived/wikiextractor-schema-standin",
}
AT_HAND = {"snow": ("T15",)}
PUBLISHED_COURSERA = 106_332
"""As recounted from the upstream files: 2 x (50,543 + 555 + 2,068)."""


def read(
    shared: Path, name: str, rendering: Rendering = "fixed", folder: str = "", variant: str = ""
) -> list[Example | Drop]:
    options = ReadOptions(rendering=rendering, splits=AT_HAND.get(name), variant=variant)
    return list(SOURCES[name].read(shared / (folder or FOLDERS[name]), options))


def counts(rows: list[Example | Drop]) -> Counter[str]:
    return Counter(row.reason if isinstance(row, Drop) else row.part for row in rows)


def examples(rows: list[Example | Drop]) -> list[Example]:
    return [row for row in rows if isinstance(row, Example)]


def published_rows(shared: Path, name: str) -> list[dict[str, str]]:
    return msgspec.json.decode((shared / "rendered-excerpts" / name).read_bytes(), type=list[dict[str, str]])


def test_coursera_gives_the_published_106332_rows_and_fixed_reads_train_alone(shared: Path) -> None:
    published = examples(read(shared, "coursera", "published"))
    assert len(published) == PUBLISHED_COURSERA
    assert Counter(e.split for e in published) == {"train": 101_086, "dev": 1110, "test": 4136}
    assert [e.part for e in published] == ["ja_en"] * (PUBLISHED_COURSERA // 2) + ["en_ja"] * (PUBLISHED_COURSERA // 2)
    assert not any(" " in e.response for e in published if e.part == "en_ja")
    fixed = examples(read(shared, "coursera"))
    assert {e.split for e in fixed} == {"train"}
    assert [e.response.replace(" ", "") for e in fixed if e.part == "en_ja"] == [
        e.response for e in published if e.part == "en_ja" and e.split == "train"
    ]


def test_tatoeba_is_read_whole_and_published_swallows_its_first_line(shared: Path) -> None:
    lines = len((shared / "tatoeba-manythings" / "jpn.txt").read_bytes().splitlines())
    assert lines == 42_649
    published, fixed = read(shared, "tab_delimited", "published"), read(shared, "tab_delimited")
    assert counts(published) == {"en_ja": lines - 1, "ja_en": lines - 1, "taken for a header": 1}
    assert counts(fixed) == {"en_ja": lines, "ja_en": lines}
    assert examples(fixed)[0].input == "Hi."
    quoted = [e for e in examples(fixed) if e.part == "en_ja" and e.input.startswith('"')]
    assert len(quoted) > 100
    assert not any(e.input.startswith('"') for e in examples(published) if e.part == "en_ja")


def test_snow_gives_the_published_rows_to_the_letter(shared: Path) -> None:
    rows = read(shared, "snow", "published")
    assert counts(rows) == {"simplification": 100, "ja_en": 100, "en_ja": 100}
    found = [e for e in examples(rows) if e.part == "simplification"]
    assert [(e.upstream_id.replace("T15-", "Y"), e.instruction, e.input, e.response) for e in found] == [
        (row["index"], row["instruction"], row["input"], row["output"])
        for row in published_rows(shared, "yasashi-japanese.json")
    ]


def test_snow_fixed_leaves_out_the_sentences_that_were_plain_already(shared: Path) -> None:
    rows = read(shared, "snow")
    assert counts(rows) == {"simplification": 56, "plain already": 44, "ja_en": 100, "en_ja": 100}
    assert all(e.input != e.response for e in examples(rows))


def test_every_work_of_aozora_gives_two_examples_and_published_six_empty_openings(shared: Path) -> None:
    published, fixed = read(shared, "aozora", "published"), read(shared, "aozora")
    assert counts(published) == counts(fixed) == {"opening": 84, "work": 84}
    assert sum(e.response == "「」です。" for e in examples(published)) == 6
    assert not any(set("《》｜［］※") & set(e.instruction + e.response) for e in examples(fixed))
    authors = {e.response.partition("の『")[0] for e in examples(fixed) if e.part == "work"}
    assert authors == {
        "太宰治", "梶井基次郎", "中島敦", "新美南吉", "夏目漱石", "芥川龍之介", "宮沢賢治", "宮澤賢治",
    }  # fmt: skip


def test_wikiextractor_trees_are_read_whole(shared: Path) -> None:
    for rendering in ("published", "fixed"):
        assert counts(read(shared, "wikipedia_summary", rendering)) == {"summaries": 144}


def test_wikipedia_is_rendered_as_published_where_dump_and_shard_overlap(shared: Path) -> None:
    rows = read(shared, "wikipedia_summary", "published", "wikiextractor-sample", "v0_1_0")
    ours = {e.upstream_id: e for e in examples(rows)}
    published = {row["curid"]: row for row in published_rows(shared, "wikipedia-summary.json")}
    assert ours.keys() == {"5", "56"} <= published.keys()
    for id_, example in ours.items():
        assert (example.instruction, example.input) == (published[id_]["instruction"], published[id_]["input"])
    assert ours["56"].response == published["56"]["output"]  # the article on 5 was edited between the two dumps


def test_no_published_summary_has_a_second_line(shared: Path) -> None:
    assert not any("\n" in row["output"] for row in published_rows(shared, "wikipedia-summary.json"))


def test_the_tanaka_corpus_in_another_layout_is_not_taken_for_it(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "examples.utf").write_bytes((shared / "small_parallel_enja" / "dev.ja").read_bytes())
    rows = list(SOURCES["tanaka"].read(tmp_path, ReadOptions()))
    assert counts(rows) == {"neither a pair nor its words": 500}


@pytest.mark.parametrize("name", sorted(set(FOLDERS) - {"aozora"}))
def test_every_wording_of_a_real_corpus_is_used_about_as_often(shared: Path, name: str) -> None:
    found = examples(read(shared, name))
    for part in SOURCES[name].parts:
        shares = Counter(e.wording for e in found if e.part == part.name)
        wordings = part.wording.split(APART)
        assert set(shares) == set(wordings)
        assert min(shares.values()) > 0.5 * shares.total() / len(wordings)


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("rendering", ["published", "fixed"])
def test_the_ledger_of_a_real_corpus_sums(shared: Path, name: str, rendering: Rendering) -> None:
    drops: list[Drop] = []
    ledger = Ledger(drops.append)
    rows = read(shared, name, rendering)
    kept = len(list(ledger.read(name, rows)))
    (line,) = ledger.lines()
    assert (line.read, line.kept, sum(line.dropped.values())) == (len(rows), kept, len(drops))


@pytest.mark.parametrize("name", FOLDERS)
def test_samples_are_our_own_words_and_no_rows_of_the_real_corpus(shared: Path, name: str) -> None:
    real = {(e.instruction, e.input, e.response) for e in examples(read(shared, name))}
    sampled = examples(sample_rows(SOURCES[name], ReadOptions()))
    assert sampled
    assert not {(e.instruction, e.input, e.response) for e in sampled} & real
