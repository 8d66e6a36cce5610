"""How long the sequences of a release are."""

from pathlib import Path

from tehon.engine.tokens import Tokens
from tehon.tune.corpus import STRETCHES
from tehon.tune.pieces import Piece, Writer, open_stored


def test_every_sequence_is_counted_once_with_all_of_its_pieces(tmp_path: Path) -> None:
    with Writer(tmp_path, 100) as writer:
        for row, (length, joins) in enumerate([(1, False), (10, False), (22, True), (64, False)]):
            writer.add([Piece(row, Tokens([5] * length, [(0, length)]), joins=joins)])
    counts = open_stored(tmp_path).lengths(2 * STRETCHES)
    # Of one token, of 10 and 22 together, and of as many as there may be.
    assert [place for place, count in enumerate(counts) if count] == [0, 16, STRETCHES - 1]
    assert sum(counts) == 3
