"""Pieces of a source, read one after the other, give the rows of the whole; tried on small pieces of each sample."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tehon.records.corpus import Document, Drop, Example, ReadOptions, Rendering, Source
from tehon.sources import SOURCES

SMALL = {
    "tehon.formats.pieces.PIECE_BYTES": 150,
    "tehon.formats.tables.PIECE_ROWS": 1,
    "tehon.sources.aozora.PIECE_WORKS": 1,
}
"""Constant -> a value that cuts the samples."""
in_pieces = pytest.mark.parametrize("name", [name for name in SOURCES if SOURCES[name].pieces])
Kept = Example | Document


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> Path:
    """The source's sample, its pieces small."""
    for constant, value in SMALL.items():
        monkeypatch.setattr(constant, value)
    for file, content in SOURCES[name].sample.items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def pieces(source: Source, raw: Path, options: ReadOptions) -> list[ReadOptions]:
    assert source.pieces is not None
    return [replace(options, piece=piece) for piece in source.pieces(raw, options)]


def numbered(name: str, parts: list[list[Kept | Drop]]) -> Iterator[Kept | Drop]:
    """The rows of all pieces, numbered through; each piece numbers its own from zero."""
    number = 0
    for part in parts:
        kept = [row for row in part if not isinstance(row, Drop)]
        assert [row.id for row in kept] == [f"{name}/{place:06d}" for place in range(len(kept))]
        for row in part:
            if isinstance(row, Drop):
                yield row
            else:
                yield replace(row, id=f"{name}/{number:06d}")
                number += 1


@in_pieces
@pytest.mark.parametrize("rendering", ["published", "fixed"])
def test_pieces_in_their_order_give_the_examples_of_the_whole(name: str, raw: Path, rendering: Rendering) -> None:
    source = SOURCES[name]
    options = ReadOptions(rendering=rendering, splits=tuple(source.splits))
    found: list[list[Kept | Drop]] = [list(source.read(raw, piece)) for piece in pieces(source, raw, options)]
    assert len(found) > 1
    assert list(numbered(name, found)) == list(source.read(raw, options))


@in_pieces
def test_pieces_in_their_order_give_the_documents_of_the_whole(name: str, raw: Path) -> None:
    source = SOURCES[name]
    if source.documents is None:
        pytest.skip("has no documents")
    options = ReadOptions(splits=tuple(source.splits))
    found: list[list[Kept | Drop]] = [list(source.documents(raw, piece)) for piece in pieces(source, raw, options)]
    assert list(numbered(name, found)) == list(source.documents(raw, options))


@in_pieces
def test_a_name_of_a_piece_is_short_and_its_own(name: str, raw: Path) -> None:
    source = SOURCES[name]
    names = [options.piece for options in pieces(source, raw, ReadOptions())]
    assert len(set(names)) == len(names)
    assert all(0 < len(piece) <= 100 for piece in names)
