import os
from pathlib import Path

import pytest

from tehon.build.catalogue import catalogue
from tehon.sources import SOURCES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "sources.md"
TEXT = catalogue(SOURCES)
ROWS = {line.split("](")[0].removeprefix("| ["): line for line in TEXT.splitlines() if line.startswith("| [")}


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
    assert all(wording in row for part in source.parts for wording in part.wording.split("／"))
    assert all(f"`{file}`" in row for file in source.sample)
    assert sum(download.url in row for download in source.downloads) >= min(len(source.downloads), 3)


def test_a_download_that_is_read_as_it_is_is_the_link_of_its_file() -> None:
    url = "https://taniokah.github.io/jqac/jqac20180625.tgz"
    assert f"[`jqac20180625.tgz`]({url})" in ROWS["jqac"]
    assert "from [`chABSA-dataset.zip`](" in ROWS["chabsa"]
    assert ROWS["authored_reading"].endswith("| none: part of tehon |")
