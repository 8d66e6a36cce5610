"""What the sources and tasks declare must be what their readers look for."""

import re
from pathlib import Path

import pytest

from tehon.build.sample import sample_rows
from tehon.formats.zip import pack_zip
from tehon.records.corpus import Download, ReadOptions, Source
from tehon.records.evaluation import Task
from tehon.sources import SOURCES
from tehon.storage.raw import files_of, find_raw
from tehon.tasks import TASKS

CORPORA: dict[str, Source | Task] = {f"source {name}": SOURCES[name] for name in SOURCES}
CORPORA |= {f"task {name}": TASKS[name] for name in TASKS}
outside = pytest.mark.parametrize("label", [label for label, corpus in CORPORA.items() if not corpus.embedded])
FETCHED = [
    name
    for name, source in SOURCES.items()
    if not source.embedded and not source.many and not any(file.then for file in source.downloads)
]


@outside
def test_every_corpus_outside_the_package_says_how_its_files_are_got(label: str) -> None:
    downloads = CORPORA[label].downloads
    assert downloads
    paths = [download.path for download in downloads]
    assert len(set(paths)) == len(paths)
    for download in downloads:
        assert download.by_hand or download.url.startswith("https://"), download.url
        assert all(re.match(r"(https?|ftp)://", mirror) for mirror in download.mirrors)
        assert download.sha256 is None or re.fullmatch("[0-9a-f]{64}", download.sha256)
        assert not download.by_hand.endswith(".")
        assert not download.then.endswith(".")


def content(source: Source, download: Download) -> bytes:
    """What lies at an address, in small: of an archive that the sample holds unpacked, the packed sample."""
    if download.path in source.sample:
        return source.sample[download.path]
    if download.path.endswith(".zip"):
        return pack_zip(dict(source.sample))
    return source.sample[min(source.sample, key=lambda name: name.split("_0")[0] != download.path.split("_0")[0])]


@pytest.mark.parametrize("name", FETCHED)
def test_the_files_that_are_fetched_are_those_that_are_read(name: str, tmp_path: Path) -> None:
    source = SOURCES[name]
    for download in source.downloads:
        path = tmp_path / download.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(source, download))
    rows = list(source.read(tmp_path, ReadOptions()))
    known = {repr(row).partition("upstream_id")[2] for row in sample_rows(source, ReadOptions())}
    assert rows
    assert {repr(row).partition("upstream_id")[2] for row in rows} >= known or name == "aio"


@pytest.mark.parametrize("name", [name for name in TASKS if not TASKS[name].embedded])
def test_the_files_of_a_task_are_those_that_its_splits_look_for(name: str, tmp_path: Path) -> None:
    task = TASKS[name]
    for download in task.downloads:
        path = tmp_path / name / download.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    for split in {task.split, task.shots_split} - {""}:
        if (name, split) != ("marc_ja", "train"):
            assert files_of(find_raw(tmp_path, name, task.splits, split))
