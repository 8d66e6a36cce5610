"""Examples that are too long, shortened where it hurts least: what is answered about, never the answer."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from tehon.engine.tokens import Tokens
from tehon.records.corpus import Example, Turn

Encode = Callable[[Iterable[Example]], list[Tokens]]


def shorter(examples: Sequence[Example], encode: Encode, limit: int) -> list[Tokens | None]:
    """Each example in at most `limit` tokens; None where the response and its end do not fit with any context.

    Shortened first is the history (its oldest turns go), then the tail of the input, and as a last resort the tail of
    the instruction. Response and end token stay whole. Each round cuts in proportion to what is too much, so that two
    or three rounds suffice for most texts.

    Args:
        examples: too long.
        encode: renders and encodes examples, each for itself.
        limit: in tokens.
    """
    done: list[Tokens | None] = [None] * len(examples)
    open_: dict[int, Example] = dict(enumerate(examples))
    while open_:
        sequences = encode(open_.values())
        for (place, example), sequence in zip(list(open_.items()), sequences, strict=True):
            if len(sequence.ids) <= limit:
                done[place] = sequence
                del open_[place]
            elif (cut := _cut(example, len(sequence.ids), limit)) is None:
                del open_[place]
            else:
                open_[place] = cut
    return done


def _cut(example: Example, tokens: int, limit: int) -> Example | None:
    """The example a little shorter; None where nothing is left to cut."""
    turns = [place for place, turn in enumerate(example.history) if turn.role != "system"]
    if turns:
        return msgspec.structs.replace(example, history=_without_oldest(example.history, turns[0]))
    characters = len(example.instruction) + len(example.input) + len(example.response)
    excess = max(1, characters * (tokens - limit) // tokens)
    if len(example.input) > 1:
        return msgspec.structs.replace(example, input=example.input[: max(1, len(example.input) - excess)])
    if len(example.instruction) > 1:
        return msgspec.structs.replace(
            example, instruction=example.instruction[: max(1, len(example.instruction) - excess)]
        )
    return None


def _without_oldest(history: tuple[Turn, ...], first: int) -> tuple[Turn, ...]:
    """The history without its oldest exchange: everything up to the first answer after `first`."""
    answer = next((at for at in range(first, len(history)) if history[at].role == "assistant"), len(history) - 1)
    return history[:first] + history[answer + 1 :]
