"""How long a release's examples or documents are in a recipe's template, measured on a few of each shard."""

from collections.abc import Iterator
from pathlib import Path

from tehon.engine.encode import Encoder
from tehon.engine.locate import locate
from tehon.engine.tokenizer import open_encoder
from tehon.errors import EmptyData
from tehon.prompts import render
from tehon.records.corpus import Document, Example
from tehon.records.prompt import Prompt, Segment
from tehon.records.tuning import DataSize, Recipe
from tehon.storage.shards import first_of_each
from tehon.templates import TEMPLATES

EACH = 100
"""Contents of one shard that are measured."""


def at_hand(base: str) -> bool:
    """Whether a base's tokenizer can be opened without fetching anything."""
    return base.startswith(("tiny:", "package:")) or Path(base).exists()


def data_size(recipe: Recipe, release: Path) -> DataSize:
    """What steps are drawn from: examples, or packed sequences of documents; shards count by their size.

    Raises:
        EmptyData: the release holds nothing.
        DataError: it holds what the recipe's stage does not take.
        ModelNotFound: there is no such base.
    """
    encoder = open_encoder(locate(recipe.base, weights=False), recipe.base)
    tokens, rows, packed = 0.0, 0, recipe.stage == "pretrain"
    longest = None if packed else recipe.sequence_length
    for size, prompts in _first_prompts(recipe, release, encoder):
        lengths = [len(found.ids) for found in encoder.tokens(prompts)]
        tokens += size * sum(min(length, longest or length) for length in lengths) / len(lengths)
        rows += size
    if not rows:
        raise EmptyData(str(release), f"must hold {recipe.trained_on}, but is empty", "Build a release first")
    if packed:
        return DataSize(examples=-(-round(tokens) // recipe.sequence_length), mean_tokens=recipe.sequence_length)
    return DataSize(examples=rows, mean_tokens=tokens / rows)


def _first_prompts(recipe: Recipe, release: Path, encoder: Encoder) -> Iterator[tuple[int, list[Prompt]]]:
    if recipe.stage == "pretrain":
        for size, documents in first_of_each(release, EACH, Document):
            yield size, [Prompt(segments=(Segment(text=one.text, scored=True, end=True),)) for one in documents]
    else:
        template = TEMPLATES[recipe.template]
        for size, examples in first_of_each(release, EACH, Example):
            yield size, [render(template, example, chat=encoder.chat) for example in examples]
