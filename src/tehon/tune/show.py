"""What a run would train on first, in letters, for people to read before they pay for it."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import numpy as np

from tehon.engine.encode import Encoder
from tehon.engine.locate import locate
from tehon.engine.tokenizer import open_encoder
from tehon.engine.tokens import Encoded
from tehon.progress import Progress, silent
from tehon.records.showing import Shown, Stretch
from tehon.records.tuning import Recipe
from tehon.tune.cache import encoded_release
from tehon.tune.job import open_job
from tehon.tune.order import Order
from tehon.tune.validation import split


def first_step(
    recipe: Recipe, release: Path, most: int, *, allow_bin: bool = False, progress: Progress = silent
) -> list[Shown]:
    """The first examples of a run's first step, exactly as they will be drawn and cut.

    The release is put into tokens as the run itself would do it, and the run takes these up. Of the base only the
    tokenizer is needed.

    Args:
        recipe: how, with its base filled in.
        release: folder of a finished release.
        most: examples that are shown, at most.
        allow_bin: as for the run.
        progress: is told about every example.

    Raises:
        UsageError: the recipe names no base.
        DataError: the release is empty, damaged or too long for the recipe.
        ModelNotFound: there is no such base.
    """
    job = open_job(recipe, release, allow_bin=allow_bin, weights=False)
    encoder = open_encoder(locate(recipe.base, weights=False, allow_bin=allow_bin), recipe.base)
    corpus, _ = split(encoded_release(job, encoder, progress)[0], recipe)
    order = Order(len(corpus), recipe.batch_size, recipe.epochs, recipe.seed, recipe.max_steps)
    drawn = order.step(0)[:most]
    rows = corpus.rows(drawn).tolist()
    wanted = set(rows)
    names = {row: content.id for row, content in enumerate(job.contents()) if row in wanted}
    return [
        Shown(id=names[row], stretches=tuple(_stretches(sequence, encoder)))
        for row, sequence in zip(rows, corpus.draw(drawn), strict=True)
    ]


def _stretches(sequence: Encoded, encoder: Encoder) -> Iterator[Stretch]:
    weights = sequence.weights.tolist()
    # Nothing predicts the first token; it is shown as a part of what follows.
    weights[0] = weights[1] if len(weights) > 1 else 0.0
    for weight, places in groupby(range(len(weights)), key=weights.__getitem__):
        ids = sequence.ids[np.fromiter(places, np.int64)].tolist()
        yield Stretch(text=encoder.spell(ids), tokens=len(ids), weight=weight)
