"""Documents in sequences for continued pre-training: nothing is padded, and no text sees another."""

from collections.abc import Iterable, Iterator

from tehon.engine.encode import Encoder
from tehon.engine.tokens import Tokens
from tehon.records.corpus import Document
from tehon.records.prompt import Prompt, Segment
from tehon.tune.pieces import Piece
from tehon.tune.tally import Fate, Tally

LETTERS = 1_000_000
"""Of documents that are encoded together; one that is longer is encoded alone."""
LEAST = 2
"""Tokens of a piece in which something is predicted."""


def document_pieces(documents: Iterable[Document], encoder: Encoder, limit: int, tally: Tally) -> Iterator[list[Piece]]:
    """Every document's text and an end token, in sequences of at most `limit` tokens.

    A document that fits into a sequence is never cut: where it does not fit behind the ones before, it begins the next.
    A longer one fills what is left and goes on. Each of its further pieces begins with the last token of the piece
    before, only to be read, so that every token but the first of a document is predicted exactly once.

    Args:
        documents: of a release, in order.
        encoder: of the base.
        limit: tokens of a sequence.
        tally: counts documents.
    """
    filling = Filling(limit)
    for batch in _batches(documents):
        found: list[Piece] = []
        prompts = [Prompt(segments=(Segment(text=document.text, scored=True, end=True),)) for document in batch]
        for document, (ids, _) in zip(batch, encoder.tokens(prompts), strict=True):
            if not document.text.strip():
                tally.drop(document.id)
                continue
            fate = Fate.WHOLE if len(ids) <= limit else Fate.PART
            found += [
                Piece(tally.read, Tokens(piece, [(0, len(piece))]), fate, joins) for piece, joins in filling.cut(ids)
            ]
            tally.keep(fate)
        yield found


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    letters = 0
    for document in documents:
        batch.append(document)
        letters += len(document.text)
        if letters >= LETTERS:
            yield batch
            batch, letters = [], 0
    if batch:
        yield batch


class Filling:
    """The sequence that is being filled.

    Args:
        limit: tokens of a sequence.
    """

    def __init__(self, limit: int) -> None:
        """Begin with the first document."""
        self._limit, self._room = limit, 0

    def cut(self, ids: list[int]) -> Iterator[tuple[list[int], bool]]:
        """A document's pieces, and whether each joins the sequence before."""
        joins = self._room >= (len(ids) if len(ids) <= self._limit else LEAST)
        at, stop = 0, 0
        while stop < len(ids):
            if not joins:
                self._room = self._limit
            stop = min(at + self._room, len(ids))
            self._room -= stop - at
            yield ids[at:stop], joins
            at, joins = stop - 1, False
