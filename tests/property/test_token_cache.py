"""Laws of a release in tokens: what is written is what is mapped, and texts are cut so that each token counts once."""

from itertools import accumulate, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tehon.engine.tokens import Tokens
from tehon.tune.corpus import Corpus, Stored
from tehon.tune.pack import LEAST, Filling
from tehon.tune.pieces import Piece, Writer, open_stored

VOCABULARY = 70_000


@st.composite
def tokens(draw: st.DrawFn) -> Tokens:
    ids = draw(st.lists(st.integers(0, VOCABULARY - 1), min_size=1, max_size=20))
    borders = sorted(draw(st.sets(st.integers(0, len(ids)), max_size=4)))
    return Tokens(ids, list(zip(borders[::2], borders[1::2], strict=False)))


pieces = st.lists(
    st.builds(Piece, row=st.integers(0, 2**40), tokens=tokens(), fate=st.integers(0, 3), joins=st.booleans()),
    min_size=1,
    max_size=30,
).map(lambda made: [made[0]._replace(joins=False), *made[1:]])


def stored(batches: list[list[Piece]], folder: Path) -> Stored:
    with Writer(folder, VOCABULARY) as writer:
        for batch in batches:
            writer.add(batch)
    assert writer.highest == max(max(piece.tokens.ids) for batch in batches for piece in batch)
    return open_stored(folder)


@given(written=pieces, cuts=st.sets(st.integers(1, 29)), weight=st.sampled_from([0.0, 0.25, 1.0]))
def test_every_piece_comes_back_however_they_were_written(written: list[Piece], cuts: set[int], weight: float) -> None:
    borders = [0, *sorted(cut for cut in cuts if cut < len(written)), len(written)]
    batches = [written[start:stop] for start, stop in pairwise(borders)]
    with TemporaryDirectory() as folder:
        found = stored(batches, Path(folder))
        assert found.rows.tolist() == [piece.row for piece in written]
        assert found.fates.tolist() == [piece.fate for piece in written]
        assert len(found) == sum(not piece.joins for piece in written)
        for number, piece in enumerate(written):
            wanted = [weight] * len(piece.tokens.ids)
            for start, stop in piece.tokens.scored:
                wanted[start:stop] = [1.0] * (stop - start)
            wanted[0] = 0.0
            back = found.piece(number, weight)
            assert back.ids.tolist() == piece.tokens.ids
            assert back.weights.tolist() == wanted


@given(written=pieces, chosen=st.sets(st.integers(0, 29)))
def test_what_is_held_back_and_what_is_trained_on_are_all_of_a_release_in_order(
    written: list[Piece], chosen: set[int]
) -> None:
    with TemporaryDirectory() as folder:
        found = stored([written], Path(folder))
        listed = np.array(sorted(number for number in chosen if number < len(found)), np.int64)
        kept, held_back = Corpus(found, 0.0, listed), Corpus(found, 0.0, listed, only=True)
        firsts = found.firsts.tolist()
        of = [list(range(first, stop)) for first, stop in pairwise(firsts)]
        rest = [number for number in range(len(found)) if number not in chosen]
        assert (len(kept), len(held_back)) == (len(rest), len(listed))
        for corpus, numbers in ((kept, rest), (held_back, listed.tolist())):
            wanted = [piece for number in numbers for piece in of[number]]
            assert corpus.pieces(np.arange(len(corpus))).tolist() == wanted
            assert [one.ids.tolist() for one in corpus.draw(np.arange(len(corpus)))] == [
                written[piece].tokens.ids for piece in wanted
            ]


@given(lengths=st.lists(st.integers(1, 60), min_size=1, max_size=30), limit=st.integers(2, 25))
def test_packing_predicts_every_token_once_fills_what_it_can_and_cuts_only_what_is_too_long(
    lengths: list[int], limit: int
) -> None:
    starts = list(accumulate(lengths, initial=0))
    documents = [list(range(start, stop)) for start, stop in pairwise(starts)]
    filling, sequences = Filling(limit), list[list[list[int]]]()
    for document in documents:
        cut = list(filling.cut(document))
        assert len(cut) == 1 or len(document) > limit
        assert [token for piece, _ in cut for token in piece[1:]] == document[1:]
        assert cut[0][0][0] == document[0]
        for piece, joins in cut:
            if joins:
                sequences[-1].append(piece)
            else:
                sequences.append([piece])
    sizes = [sum(map(len, sequence)) for sequence in sequences]
    assert all(size <= limit for size in sizes)
    for size, following in zip(sizes, sequences[1:], strict=False):
        first = following[0][0]
        length = lengths[starts.index(first)] if first in starts else LEAST
        assert limit - size < (length if length <= limit else LEAST)
