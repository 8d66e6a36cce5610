"""A release in tokens: rendered, encoded and, where it is too long, cut as the recipe says; everything is counted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from tehon.engine.encode import Encoder
from tehon.engine.tokens import Encoded
from tehon.errors import DataError, EmptyData
from tehon.progress import Progress
from tehon.prompts import render
from tehon.records.corpus import Example
from tehon.records.prompt import Template
from tehon.records.tuning import Recipe
from tehon.tune.shorten import shorter

BATCH = 1000
"""Examples that are encoded together."""
DROPPED_AT_MOST = 0.01
"""Share of a release that may be lost without an error."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Encoded examples in flat arrays, in the order of the release.

    Attributes:
        ids: (tokens,) of all examples, one after the other.
        scored: (tokens,) the token belongs to a response or ends it.
        starts: (examples + 1,) where each example begins.
        rows: (examples,) its number in the release.
        context_weight: weight of the tokens that are not scored.
    """

    ids: NDArray[np.int32]
    scored: NDArray[np.bool_]
    starts: NDArray[np.int64]
    rows: NDArray[np.int64]
    context_weight: float

    def __len__(self) -> int:
        """How many examples there are."""
        return len(self.rows)

    def __getitem__(self, number: int) -> Encoded:
        """One example; its tokens weigh 1 where they are scored."""
        span = slice(self.starts[number], self.starts[number + 1])
        weights = np.where(self.scored[span], np.float32(1), np.float32(self.context_weight))
        weights[:1] = 0
        return Encoded(ids=self.ids[span], weights=weights)


@dataclass(slots=True)
class Cuts:
    """What had to be done to examples that are too long.

    Attributes:
        cut_right: cut on the right; the end token is lost.
        input_shortened: history, input or instruction shortened.
        dropped: left out because nothing scored would remain.
    """

    cut_right: int = 0
    input_shortened: int = 0
    dropped: int = 0


@dataclass(slots=True)
class _Flat:
    """Examples as they are added."""

    ids: list[NDArray[np.int32]] = field(default_factory=list)
    scored: list[NDArray[np.bool_]] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    def add(self, row: int, sequence: Encoded) -> None:
        self.ids.append(sequence.ids)
        self.scored.append(sequence.weights > 0)
        self.lengths.append(len(sequence.ids))
        self.rows.append(row)


def encode(
    examples: Iterable[Example], encoder: Encoder, template: Template, recipe: Recipe, progress: Progress
) -> tuple[Corpus, Cuts]:
    """Every example of a release in tokens, none longer than the recipe's `sequence_length`.

    Raises:
        EmptyData: there is no example.
        DataError: more than 1 % of the examples would be left without anything scored.
    """
    flat, cuts, row = _Flat(), Cuts(), 0
    stream = iter(examples)
    with progress("encode", None, "examples") as advance:
        while batch := list(islice(stream, BATCH)):
            for sequence in _encode_batch(batch, encoder, template, recipe, cuts):
                if sequence is not None:
                    flat.add(row, sequence)
                row += 1
            advance(len(batch))
    _check(row, cuts, recipe)
    corpus = Corpus(
        ids=np.concatenate(flat.ids),
        scored=np.concatenate(flat.scored),
        starts=np.cumsum([0, *flat.lengths]),
        rows=np.asarray(flat.rows),
        context_weight=recipe.prompt_loss_weight,
    )
    return corpus, cuts


def _encode_batch(
    batch: list[Example], encoder: Encoder, template: Template, recipe: Recipe, cuts: Cuts
) -> list[Encoded | None]:
    def sequences(examples: Iterable[Example]) -> list[Encoded]:
        return encoder.prompts([render(template, example, chat=encoder.chat) for example in examples])

    found: list[Encoded | None] = list(sequences(batch))
    limit = recipe.sequence_length
    long = [place for place, sequence in enumerate(found) if sequence is not None and len(sequence.ids) > limit]
    if recipe.overlong == "published":
        for place in long:
            found[place] = _cut_right(found[place], limit)
            cuts.cut_right += 1
    else:
        shortened = shorter([batch[place] for place in long], sequences, limit)
        cuts.input_shortened += sum(sequence is not None for sequence in shortened)
        for place, sequence in zip(long, shortened, strict=True):
            found[place] = sequence
    for place, sequence in enumerate(found):
        if sequence is None or not _teaches(sequence, recipe):
            found[place] = None
            cuts.dropped += 1
    return found


def _cut_right(sequence: Encoded | None, limit: int) -> Encoded | None:
    return sequence and Encoded(ids=sequence.ids[:limit], weights=sequence.weights[:limit])


def _teaches(sequence: Encoded, recipe: Recipe) -> bool:
    """Whether a loss remains: on the response, or on the context where the recipe gives that a weight."""
    return bool(sequence.weights.any()) or (recipe.prompt_loss_weight > 0 and len(sequence.ids) > 1)


def _check(read: int, cuts: Cuts, recipe: Recipe) -> None:
    if not read:
        raise EmptyData("the release", "must hold examples to tune on, but is empty", "Build a release first")
    if cuts.dropped > read * DROPPED_AT_MOST or cuts.dropped == read:
        problem = (
            f"at most 1 % of the examples may lose everything that is scored, but {cuts.dropped} of {read} do "
            f"at {recipe.sequence_length} tokens"
        )
        remedy = "Raise sequence_length, or leave examples with such long responses out of the mixture"
        raise DataError(f"recipe {recipe.name}", problem, remedy)


def select(corpus: Corpus, numbers: NDArray[np.int64]) -> Corpus:
    """Some of the examples, in that order of numbers."""
    spans = [slice(corpus.starts[number], corpus.starts[number + 1]) for number in numbers]
    return Corpus(
        ids=np.concatenate([corpus.ids[:0], *(corpus.ids[span] for span in spans)]),
        scored=np.concatenate([corpus.scored[:0], *(corpus.scored[span] for span in spans)]),
        starts=np.cumsum([0, *(span.stop - span.start for span in spans)]),
        rows=corpus.rows[numbers],
        context_weight=corpus.context_weight,
    )
