"""A release in a base's tokens, made once and then mapped: by this run, by later ones, and by every process of each."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tehon.engine.digest import tokenizer_digest
from tehon.engine.encode import Encoder
from tehon.engine.locate import locate
from tehon.engine.store import atomic_folder, cache_root, in_turn
from tehon.errors import Damaged
from tehon.progress import Progress
from tehon.storage.atomic import write_bytes
from tehon.storage.manifest import fingerprint, plain, pretty
from tehon.storage.provenance import versions
from tehon.storage.shards import read_documents, read_examples
from tehon.tune.corpus import Stored
from tehon.tune.encode import Frame, example_pieces
from tehon.tune.job import Job
from tehon.tune.pack import document_pieces
from tehon.tune.pieces import Piece, Writer, open_stored
from tehon.tune.tally import Counted, Tally

LAYOUT = 1
"""Changes when the same release and the same limits give other tokens, or other files."""
FOLDER = "encoded"
COUNTS = "counts.json"


class LeftOut(UserWarning):
    """Some of a release is not trained on."""


def encoded_release(job: Job, encoder: Encoder, progress: Progress) -> tuple[Stored, Counted]:
    """All of a release in tokens, in constant memory however large it is.

    Raises:
        EmptyData: there is nothing in it.
        DataError: more than 1 % of it would be left without anything scored, or it is not of the kind that the
            recipe's stage takes.
        Damaged: a file of the cache is not whole.
    """
    folder = cache_root() / FOLDER / _key(job)
    with in_turn(folder):
        if not folder.exists():
            with atomic_folder(folder) as partial:
                _write(partial, job, encoder, progress)
    try:
        counted = msgspec.json.decode((folder / COUNTS).read_bytes(), type=Counted)
        stored = open_stored(folder)
    except (OSError, ValueError, msgspec.DecodeError) as error:
        problem = f"must hold a release in tokens, but {error}"
        raise Damaged(str(folder), problem, "Delete the folder; it is made again") from error
    if counted.dropped:
        said = f"{counted.dropped:,} of {counted.read:,} are left out, because nothing in them is scored"
        warnings.warn(f"{said}: {', '.join(counted.named)}", LeftOut, stacklevel=2)
    return stored, counted


def _key(job: Job) -> str:
    """Names everything that decides the tokens."""
    recipe = job.recipe
    config: dict[str, Any] = {
        "layout": LAYOUT,
        "template": plain(job.template),
        "stage": recipe.stage,
        "sequence_length": recipe.sequence_length,
        "overlong": recipe.overlong,
        "context is scored": recipe.prompt_loss_weight > 0,
        "packages": {name: version for name, version in versions().items() if name in {"tokenizers", "transformers"}},
    }
    tokenizer = tokenizer_digest(locate(recipe.base, weights=False, allow_bin=job.allow_bin))
    return fingerprint(config, {"release": job.data.digest, "tokenizer": tokenizer})[:32]


def _write(folder: Path, job: Job, encoder: Encoder, progress: Progress) -> None:
    tally, told, writer = Tally(), 0, Writer(folder, encoder.vocabulary)
    with writer, progress("encode", job.data.examples, job.recipe.trained_on) as advance:
        for pieces in _pieces(job, encoder, tally):
            writer.add(pieces)
            advance(tally.read - told)
            told = tally.read
    write_bytes(folder / COUNTS, pretty(tally.counted(job.recipe, writer.highest)))


def _pieces(job: Job, encoder: Encoder, tally: Tally) -> Iterator[list[Piece]]:
    recipe = job.recipe
    if recipe.stage == "pretrain":
        return document_pieces(read_documents(job.release), encoder, recipe.sequence_length, tally)
    return example_pieces(read_examples(job.release), Frame(encoder, job.template, recipe), tally)
