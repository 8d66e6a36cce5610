"""A release's examples in tokens: rendered, encoded and, where they are too long, cut as the recipe says."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from tehon.engine.encode import Encoder
from tehon.engine.tokens import Tokens
from tehon.prompts import render
from tehon.records.corpus import Example
from tehon.records.prompt import Template
from tehon.records.tuning import Recipe
from tehon.tune.pieces import Piece
from tehon.tune.shorten import shorter
from tehon.tune.tally import Fate, Tally

BATCH = 1000
"""Examples that are encoded together."""


class Frame(NamedTuple):
    """How examples become tokens."""

    encoder: Encoder
    template: Template
    recipe: Recipe

    def tokens(self, examples: Iterable[Example]) -> list[Tokens]:
        """Each example, however long it is."""
        template, chat = self.template, self.encoder.chat
        return self.encoder.tokens([render(template, example, chat=chat) for example in examples])


def example_pieces(examples: Iterable[Example], frame: Frame, tally: Tally) -> Iterator[list[Piece]]:
    """Every example of a release in at most the recipe's `sequence_length` tokens, each a sequence of its own."""
    stream = iter(examples)
    while batch := list(islice(stream, BATCH)):
        found: list[Piece] = []
        for example, (tokens, fate) in zip(batch, _encode(batch, frame), strict=True):
            if tokens is None or not _teaches(example, tokens, frame.recipe):
                tally.drop(example.id)
            else:
                found.append(Piece(tally.read, tokens, fate))
                tally.keep(fate)
        yield found


def _encode(batch: Sequence[Example], frame: Frame) -> list[tuple[Tokens | None, Fate]]:
    found: list[tuple[Tokens | None, Fate]] = [(tokens, Fate.WHOLE) for tokens in frame.tokens(batch)]
    limit = frame.recipe.sequence_length
    long = [place for place, (tokens, _) in enumerate(found) if tokens and len(tokens.ids) > limit]
    if frame.recipe.overlong == "keep_response":
        shortened = shorter([batch[place] for place in long], frame.tokens, limit)
        found_long = [(tokens, Fate.SHORTENED) for tokens in shortened]
    else:
        found_long = [(_cut_right(found[place][0], limit), Fate.CUT_RIGHT) for place in long]
    for place, one in zip(long, found_long, strict=True):
        found[place] = one
    return found


def _cut_right(tokens: Tokens | None, limit: int) -> Tokens | None:
    return tokens and Tokens(
        tokens.ids[:limit], [(start, min(stop, limit)) for start, stop in tokens.scored if start < limit]
    )


def _teaches(example: Example, tokens: Tokens, recipe: Recipe) -> bool:
    """Whether there is something to learn: a response, or a context where the recipe gives that a weight."""
    if recipe.overlong == "keep_response":
        return bool(example.response.strip())
    return bool(tokens.scored) or (recipe.prompt_loss_weight > 0 and len(tokens.ids) > 1)
