import os
from importlib import import_module
from inspect import getdoc
from pathlib import Path

import pytest

from tehon.describe.catalogue import catalogue
from tehon.sources import SOURCES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "sources.md"
TEXT = catalogue(SOURCES)
PARTS = TEXT.split("\n## ")
TASKS = next(part for part in PARTS if part.startswith("Tasks that the paper lacks"))


def rows(text: str) -> dict[str, str]:
    return {line.split("](")[0].removeprefix("| ["): line for line in text.splitlines() if line.startswith("| [")}


ROWS = rows(PARTS[0])
LACKING = [
    "chabsa", "janli", "jaquad", "jcola", "jcommonsense_morality", "jemhopqa", "jnli", "jsick", "jsts", "mkqa", "niilc",
    "oasst1_ja",
]  # fmt: skip
"""Corpora for the tasks that the paper names as missing."""


def test_the_page_in_the_docs_is_made_from_the_shelf() -> None:
    if os.environ.get("TEHON_REWRITE_GOLDEN"):
        PAGE.write_text(TEXT, "utf-8")
    assert PAGE.read_text("utf-8") == TEXT, "run make golden"


def test_every_source_has_one_row_of_seven_cells_and_a_section() -> None:
    assert list(ROWS) == list(SOURCES)
    for name, row in ROWS.items():
        assert row.count("|") == 8, name
        assert f"\n## {name}\n" in TEXT


@pytest.mark.parametrize("name", SOURCES)
def test_a_row_shows_licence_clusters_splits_wordings_and_files(name: str) -> None:
    source, row = SOURCES[name], ROWS[name]
    assert source.licence.spdx in row
    assert ("not for commercial use" in row) is not source.licence.commercial
    assert all((f"**{split}**" in row) is trainable for split, trainable in source.splits.items())
    assert all(part.cluster in row for part in source.parts)
    assert all(" ".join(wording.split()) in row for part in source.parts for wording in part.wording.split("／"))
    assert all(f"`{file}`" in row for file in source.sample)
    assert sum(download.url in row for download in source.downloads) >= min(len(source.downloads), 3)


def test_one_table_holds_the_tasks_that_the_paper_lacks() -> None:
    assert list(rows(TASKS)) == LACKING == [name for name, source in SOURCES.items() if source.fields]


@pytest.mark.parametrize("name", LACKING)
def test_its_row_and_the_sources_own_file_say_cluster_labels_splits_and_counts(name: str) -> None:
    source, row = SOURCES[name], rows(TASKS)[name]
    told = " ".join(str(getdoc(import_module(f"tehon.sources.{name}"))).split())
    [part] = source.parts
    assert f"Cluster: {part.cluster}" in told
    assert part.cluster in row
    for field in source.fields:
        assert f"`{field}`" in row
        assert f"`{field.split('.')[0]}" in told
    for word in source.labels.values():
        assert word in row
        assert word in told.replace(" ", "")
    for split, trainable in source.splits.items():
        assert (f"**{split}**:" in row) is trainable
        found = source.measured.get(split)
        assert (f"{split}**: not at hand" in row or f"{split}: not at hand" in row) is (found is None)
        if found and trainable:
            assert f"{found.examples:,}" in row
            assert f"{found.examples:,}" in told or f"{found.examples + found.left_out:,}" in told or name == "mkqa"


def test_variants_and_documents_are_listed() -> None:
    variants = next(part for part in PARTS if part.startswith("Variants"))
    assert {name for name, source in SOURCES.items() if source.variants} == set(rows(variants))
    documents = next(part for part in PARTS if part.startswith("Documents"))
    assert all((f"[{name}](#{name})" in documents) is bool(source.documents) for name, source in SOURCES.items())


def test_a_download_that_is_read_as_it_is_is_the_link_of_its_file() -> None:
    url = "https://taniokah.github.io/jqac/jqac20180625.tgz"
    assert f"[`jqac20180625.tgz`]({url})" in ROWS["jqac"]
    assert "from [`chABSA-dataset.zip`](" in ROWS["chabsa"]
    assert ROWS["authored_reading"].endswith("| none: part of tehon |")
