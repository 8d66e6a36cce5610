from itertools import accumulate, groupby
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tehon.build import packed, piece_writer
from tehon.build.mix import copy_numbers
from tehon.build.packed import copy_lines
from tehon.build.piece import SUMMARY, Piece, Sifted
from tehon.build.piece_writer import PieceWriter
from tehon.records.corpus import Example, Turn
from tehon.records.release import Mixture, Share
from tehon.storage.shards import LAYOUTS, published

TEXTS = st.text(st.sampled_from('あ漢(（\n"\\\u2028\x85 a,:{}'), max_size=6)
EXAMPLES = st.lists(
    st.builds(
        Example,
        id=st.just(""),
        upstream_id=TEXTS,
        instruction=TEXTS,
        input=TEXTS,
        response=TEXTS,
        history=st.lists(st.builds(Turn, role=st.just("user"), content=TEXTS), max_size=2).map(tuple),
        source=st.just("s"),
        part=st.sampled_from(["p", "q"]),
        split=st.just("all"),
        cluster=st.sampled_from(["general", "dialogue"]),
        language=st.just("ja"),
        licence=st.just("MIT"),
        wording=TEXTS,
    ),
    max_size=9,
)


@pytest.fixture(scope="module", autouse=True)
def _small_chunks() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed, "CHUNK_ROWS", 3)
        patch.setattr(piece_writer, "CHUNK_ROWS", 3)
        patch.setattr(packed, "COPIED_BYTES", 10)
        yield


def numbered(rows: list[Example], gaps: list[int]) -> list[Example]:
    """The same with ids; some numbers were those of rows that were dropped."""
    numbers = accumulate(gap + 1 for gap in gaps)
    return [replace(row, id=f"s/{number - 1:06d}") for row, number in zip(rows, numbers, strict=False)]


def write(folder: Path, rows: list[Example], offset: int = 0) -> Piece:
    folder.mkdir()
    with PieceWriter(folder, Mixture(name="m", sources={"s": Share()}), Share()) as writer:
        writer.write(rows)
    summary = Sifted(contents=writer.count, numbered=0, ledger=())
    (folder / SUMMARY).write_bytes(msgspec.json.encode(summary))
    return Piece(folder, "examples", "s", offset)


def read(piece: Piece, kept: np.ndarray[Any, Any]) -> list[Example]:
    batches = piece.batches(kept, copy_numbers(kept))
    return [row for batch in batches for row in msgspec.convert(batch.to_pylist(), list[Example])]


@given(EXAMPLES, st.lists(st.integers(0, 3), min_size=9, max_size=9), st.lists(st.integers(0, 8), max_size=14))
@settings(max_examples=60, deadline=None)
def test_what_is_taken_of_a_piece_is_what_was_written(rows: list[Example], gaps: list[int], wanted: list[int]) -> None:
    rows = numbered(rows, gaps)
    kept = np.array(sorted(row for row in wanted if row < len(rows)), dtype=np.uint32)
    with TemporaryDirectory() as name, TemporaryFile() as lines:
        piece = write(Path(name) / "piece", rows)
        taken = [
            replace(rows[row], id=f"{rows[row].id}+{copy}" if copy else rows[row].id)
            for row, group in groupby(kept.tolist())
            for copy, _ in enumerate(group)
        ]
        assert read(piece, kept) == taken
        copy_lines(piece.folder, kept, lines)
        lines.seek(0)
        assert lines.read() == published(LAYOUTS["examples"], taken)
        assert [piece.content(row) for row in kept.tolist()] == [rows[row] for row in kept.tolist()]


@given(EXAMPLES, st.lists(st.integers(0, 3), min_size=9, max_size=9), st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_a_digest_does_not_depend_on_where_a_source_is_cut(rows: list[Example], gaps: list[int], cut: int) -> None:
    rows = numbered(rows, gaps)
    first, second = rows[:cut], rows[cut:]
    offset = int(first[-1].id.partition("/")[2]) + 1 if first else 0
    moved = [replace(row, id=f"s/{int(row.id.partition('/')[2]) - offset:06d}") for row in second]

    def digests(piece: Piece) -> bytes:
        kept = np.arange(piece.summary.contents, dtype=np.uint32)
        return piece.digests(kept, copy_numbers(kept))

    with TemporaryDirectory() as name:
        whole, head, tail = (Path(name) / part for part in ("whole", "head", "tail"))
        apart = digests(write(head, first)) + digests(write(tail, moved, offset))
        assert apart == digests(write(whole, rows))
        assert len({apart[i : i + 48] for i in range(0, len(apart), 48)}) == len(rows)


@given(EXAMPLES.filter(lambda rows: len(rows) > 0), st.sampled_from(["instruction", "response", "part", "upstream_id"]))
@settings(max_examples=50, deadline=None)
def test_a_digest_changes_with_every_field(rows: list[Example], field: str) -> None:
    changed = [replace(rows[0], **{field: getattr(rows[0], field) + "x"}), *rows[1:]]
    kept = np.arange(len(rows), dtype=np.uint32)
    with TemporaryDirectory() as name:
        pieces = [
            write(Path(name) / str(number), numbered(version, [0] * len(rows)))
            for number, version in enumerate((rows, changed))
        ]
        assert pieces[0].digests(kept, copy_numbers(kept)) != pieces[1].digests(kept, copy_numbers(kept))
