"""What every source of documents must do, tried on its own sample, and on the real corpora where they are at hand."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tehon.build.ledger import Ledger
from tehon.records.corpus import Document, Drop, ReadOptions, Source
from tehon.sources import SOURCES

NAMES = [name for name, source in SOURCES.items() if source.documents]
every_source = pytest.mark.parametrize("name", NAMES)
REAL: dict[str, tuple[str, tuple[str, ...], int]] = {
    "aozora": ("aozora", ("all",), 84),
    "jaquad": ("jaquad", ("train", "dev"), 2_869),
    "wikipedia_summary": ("derived/wikiextractor-schema-standin", ("all",), 144),
}
"""Source -> folder, splits, documents; none of them is left out."""


def sample(name: str, folder: Path) -> Source:
    """The source, its sample lying in the folder."""
    source = SOURCES[name]
    for file, content in source.sample.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(content)
    return source.stated(folder) if source.stated else source


def read(name: str, folder: Path, **options: Any) -> list[Document | Drop]:
    documents = SOURCES[name].documents
    assert documents is not None
    return list(documents(folder, ReadOptions(**options)))


def kept(rows: list[Document | Drop]) -> list[Document]:
    return [row for row in rows if isinstance(row, Document)]


def test_there_are_documents() -> None:
    assert set(NAMES) >= {"aozora", "hub", "jaquad", "jsonl", "wikinews", "wikipedia_summary"}


@every_source
def test_documents_are_numbered_have_a_text_and_stay_within_what_the_source_declares(name: str, tmp_path: Path) -> None:
    source = sample(name, tmp_path)
    found = kept(read(name, tmp_path, splits=tuple(source.splits)))
    assert [document.id for document in found] == [f"{name}/{number:06d}" for number in range(len(found))]
    assert found
    for document in found:
        assert document.text.strip()
        assert document.source == name
        assert document.licence == source.licence.spdx
        assert document.split in source.splits
    assert len({document.upstream_id for document in found}) == len(found)


@every_source
def test_no_document_stands_twice(name: str, tmp_path: Path) -> None:
    source = sample(name, tmp_path)
    texts = [document.text for document in kept(read(name, tmp_path, splits=tuple(source.splits)))]
    assert len(set(texts)) == len(texts)


@every_source
def test_only_splits_that_may_be_trained_on_are_read_unless_others_are_named(name: str, tmp_path: Path) -> None:
    source = sample(name, tmp_path)
    assert {source.splits[document.split] for document in kept(read(name, tmp_path))} == {True}


@every_source
def test_the_rendering_makes_no_difference_and_reading_twice_gives_the_same(name: str, tmp_path: Path) -> None:
    sample(name, tmp_path)
    assert read(name, tmp_path) == read(name, tmp_path) == read(name, tmp_path, rendering="published", seed=7)


@every_source
def test_every_row_is_a_document_or_a_drop_with_a_short_constant_reason(name: str, tmp_path: Path) -> None:
    source = sample(name, tmp_path)
    drops: list[Drop] = []
    ledger = Ledger(drops.append)
    rows = read(name, tmp_path, splits=tuple(source.splits))
    documents = list(ledger.read(name, iter(rows)))
    (line,) = ledger.lines()
    assert line.read == len(rows) == len(documents) + len(drops)
    assert all(drop.step == "read" and drop.example_id.startswith(f"{name}/") for drop in drops)
    assert all(len(drop.reason) <= 50 for drop in drops)


@every_source
def test_the_sample_is_read_as_it_was_reviewed(name: str, tmp_path: Path, golden: Any) -> None:
    source = sample(name, tmp_path)
    rows = read(name, tmp_path, splits=tuple(source.splits))
    golden.check(f"sources/{name}.documents.jsonl", b"".join(msgspec.json.encode(row) + b"\n" for row in rows).decode())


@pytest.mark.parametrize("name", REAL)
def test_real_corpora_are_read_whole(name: str, shared: Path) -> None:
    folder, splits, count = REAL[name]
    rows = read(name, shared / folder, splits=splits)
    found = kept(rows)
    assert len(found) == len(rows) == len({document.text for document in found}) == count
    assert all(document.title and document.text == document.text.strip() for document in found)


def test_every_paragraph_of_jaquad_stands_once_as_it_is(shared: Path) -> None:
    files = sorted((shared / "jaquad").glob("*/*.json"), key=lambda path: (path.parent.name != "train", path.name))
    contexts = [
        paragraph["context"]
        for path in files
        for article in msgspec.json.decode(path.read_bytes())["data"]
        for paragraph in article["paragraphs"]
    ]
    assert [document.text for document in kept(read("jaquad", shared / "jaquad", splits=("train", "dev")))] == contexts


def test_works_of_aozora_are_whole_and_without_markup(shared: Path) -> None:
    works = {document.upstream_id: document for document in kept(read("aozora", shared / "aozora"))}
    for path in (shared / "aozora").rglob("*.txt"):
        work = works[path.relative_to(shared / "aozora").as_posix()]
        assert not set("《》｜※") & set(work.text)
        assert "［＃" not in work.text
        raw = path.read_bytes().decode("cp932").partition("底本：")[0]
        letters = [text for text in raw.split() if text[:1] not in "［-《【" and not set("《》｜［］※") & set(text)]
        missing = [text for text in letters[10:] if text not in work.text]
        assert len(missing) <= 0.02 * len(letters) + 8, (path.name, missing[:5])


def test_an_article_is_not_cut_however_long_it_is(tmp_path: Path) -> None:
    lines = [f"{number}行目。" for number in range(5_000)]
    text = "\n".join(lines)
    (tmp_path / "wiki_00").write_text(f'<doc id="1" url="" title="塔">\n塔\n\n{text}\n\n</doc>\n', "utf-8")
    [document] = kept(read("wikipedia_summary", tmp_path))
    assert document.text.split("\n") == lines


def test_a_heading_loses_the_stop_that_is_not_its_own_and_a_sentence_keeps_its_own(tmp_path: Path) -> None:
    page = '<doc id="1" url="" title="塔">\n塔\n\n塔（、とう）は&lt;高い&gt;。\n歴史.\n「鐘」.\nIt rings.\n</doc>\n'
    (tmp_path / "wiki_00").write_text(page, "utf-8")
    [document] = kept(read("wikipedia_summary", tmp_path))
    assert document.text == "塔（とう）は<高い>。\n歴史\n「鐘」\nIt rings."
