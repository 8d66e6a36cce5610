from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tehon.errors import UnknownName
from tehon.formats import pieces
from tehon.formats.pieces import Span, cut, spans, whole


def write(folder: Path, files: list[bytes]) -> list[Path]:
    paths = []
    for number, data in enumerate(files):
        paths.append(folder / f"{number}.jsonl")
        paths[-1].write_bytes(data)
    return paths


def lines(path: Path) -> bool:
    del path
    return True


def test_small_files_go_together_and_a_large_one_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", 10)
    paths = write(tmp_path, [b"12345\n", b"12\n", b"1\n", b"x" * 30, b"1\n"])
    names = cut(paths, whole)
    assert names == ("00000-0-1", "00002-0-1", "00003-0-1", "00004-0-1")
    assert [[span.path.stem for span in spans(paths, whole, name)] for name in names] == [
        ["0", "1"], ["2"], ["3"], ["4"],
    ]  # fmt: skip


def test_a_large_file_of_lines_is_cut_behind_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", 10)
    paths = write(tmp_path, [b"1234\n5678\n90\nabcdefghijklmnopq\nx"])
    names = cut(paths, lines)
    assert names == ("00000-0-1", "00000-10-3", "00000-31-5")
    assert [spans(paths, lines, name) for name in names] == [
        [Span(paths[0], 0, 10, 1)],
        [Span(paths[0], 10, 31, 3)],
        [Span(paths[0], 31, None, 5)],
    ]
    assert [list(span.lines()) for name in names for span in spans(paths, lines, name)] == [
        [b"1234\n", b"5678\n"], [b"90\n", b"abcdefghijklmnopq\n"], [b"x"],
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["7-0-1", "x", "1-2", "-1-0-1x"])
def test_a_piece_that_is_none_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownName, match="no piece named"):
        spans(write(tmp_path, [b"1\n"]), lines, name)


@given(st.lists(st.lists(st.text("ab あ", max_size=12), min_size=1, max_size=8), min_size=1, max_size=6), st.data())
def test_pieces_in_their_order_hold_every_line_once_with_its_number(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[str]], data: st.DataObject
) -> None:
    texts = ["\n".join(file) + "\n" * data.draw(st.integers(0, 1)) for file in files]
    paths = write(tmp_path_factory.mktemp("pieces"), [(text or "x").encode() for text in texts])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE_BYTES", data.draw(st.integers(1, 40)))
        patch.setattr(pieces, "CHUNK_BYTES", data.draw(st.integers(1, 5)))
        divisible = data.draw(st.sampled_from([lines, whole]))
        found = [
            (span.path, span.start, number, line)
            for name in cut(paths, divisible)
            for span in spans(paths, divisible, name)
            for number, line in enumerate(span.lines(), start=span.number)
        ]
    told = [(path, number, line) for path, _, number, line in found]
    assert told == [
        (path, number, line)
        for path in paths
        for number, line in enumerate(path.read_bytes().splitlines(keepends=True), start=1)
    ]
