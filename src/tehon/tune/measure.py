"""How long a release's examples are in a recipe's template, measured on a few of each shard."""

from pathlib import Path

from tehon.engine.locate import locate
from tehon.engine.tokenizer import open_encoder
from tehon.errors import EmptyData
from tehon.prompts import render
from tehon.records.tuning import Recipe
from tehon.storage.shards import first_examples
from tehon.templates import TEMPLATES

EACH = 100
"""Examples of one shard that are measured."""


def at_hand(base: str) -> bool:
    """Whether a base's tokenizer can be opened without fetching anything."""
    return base.startswith(("tiny:", "package:")) or Path(base).exists()


def mean_tokens(recipe: Recipe, release: Path) -> float:
    """Tokens of one example, at most the recipe's `sequence_length`; shards count by their size.

    Raises:
        EmptyData: the release holds no example.
        ModelNotFound: there is no such base.
    """
    encoder = open_encoder(locate(recipe.base, weights=False), recipe.base)
    template, tokens, rows = TEMPLATES[recipe.template], 0.0, 0
    for size, examples in first_examples(release, EACH):
        prompts = [render(template, example, chat=encoder.chat) for example in examples]
        lengths = [min(len(sequence.ids), recipe.sequence_length) for sequence in encoder.prompts(prompts)]
        tokens += size * sum(lengths) / len(lengths)
        rows += size
    if not rows:
        raise EmptyData(str(release), "must hold examples, but is empty", "Build a release first")
    return tokens / rows
