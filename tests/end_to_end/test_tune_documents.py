"""Continued pre-training: documents in, packed sequences, an adapter or a model out that the next stage tunes."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tehon.build.pipeline import build
from tehon.engine.load import load
from tehon.errors import DataError
from tehon.progress import silent
from tehon.recipes import MIXTURES, RECIPES
from tehon.records.corpus import Example
from tehon.records.tuning import Adapter, Recipe
from tehon.sources import SOURCES
from tehon.storage.manifest import read_manifest, result
from tehon.storage.shards import read_documents
from tehon.tune.cache import encoded_release
from tehon.tune.estimate import outlook
from tehon.tune.job import open_job
from tehon.tune.measure import data_size
from tehon.tune.run import tune

SampleRaw = Callable[..., Path]
SMALL = {"base": "tiny:llama", "batch_size": 4, "sequence_length": 64, "validation_size": 2, "precision": "fp32"}


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of plain texts, built from the sources' samples."""
    folder = tmp_path_factory.mktemp("documents")
    mixture = MIXTURES["pretrain_ja"]
    for name in mixture.sources:
        for file, content in SOURCES[name].sample.items():
            path = folder / "raw" / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    build(mixture, folder / "raw", folder / "release")
    return folder / "release"


def recipe(**changes: object) -> Recipe:
    return msgspec.structs.replace(RECIPES["pretrain"], **(SMALL | changes))


def test_every_token_of_every_document_is_predicted_once(documents: Path) -> None:
    job, encoder = open_job(recipe(), documents), load("tiny:llama").encoder
    stored, counted = encoded_release(job, encoder, silent)
    texts = [document.text for document in read_documents(documents)]
    assert counted.read == len(texts)
    pieces = [stored.piece(number, 0.0) for number in range(len(stored.rows))]
    assert max(len(piece.ids) for piece in pieces) <= 64
    for row, text in enumerate(texts):
        scored = np.concatenate(
            [piece.ids[piece.scored] for piece, of in zip(pieces, stored.rows, strict=True) if of == row]
        )
        (alone,) = encoder.apart([text])
        opened = [*encoder.opened(alone), encoder.end]
        assert scored.tolist() == opened[1:]


def test_documents_are_learnt_and_the_result_is_a_base_for_instructions(
    documents: Path, tmp_path: Path, make_release: Callable[..., Path], few_examples: list[Example]
) -> None:
    whole = msgspec.structs.replace(recipe(epochs=8, learning_rate=1e-2, warmup_steps=0), lora=None)
    made = tune(whole, documents, tmp_path / "model")
    assert made.last_loss < made.first_loss
    assert made.counts.cut_right == made.counts.dropped == 0
    assert result(read_manifest(tmp_path / "model", "model"), Adapter) == made
    assert "packed sequences" in (tmp_path / "model" / "README.md").read_text("utf-8")
    release = make_release(tmp_path / "release", few_examples)
    tuned = tune(
        msgspec.structs.replace(RECIPES["demo_tiny"], base=str(tmp_path / "model"), max_steps=2, family=""),
        release,
        tmp_path / "adapter",
    )
    assert tuned.counts.steps == 2


@pytest.mark.parametrize("layout", ["padded", "sorted", "prefix_tree"])
def test_packed_documents_give_the_same_losses_in_every_layout(documents: Path, tmp_path: Path, layout: str) -> None:
    plain = tune(recipe(layout="padded", max_steps=3), documents, tmp_path / "padded")
    other = tune(recipe(layout=layout, max_steps=3), documents, tmp_path / "other")
    assert other.last_loss == pytest.approx(plain.last_loss, rel=1e-5)
    assert other.validation_loss == pytest.approx(plain.validation_loss, rel=1e-5)


def test_stages_take_releases_of_their_own_kind(
    documents: Path, tmp_path: Path, make_release: Callable[..., Path], few_examples: list[Example]
) -> None:
    examples = make_release(tmp_path / "release", few_examples)
    with pytest.raises(DataError, match="must hold documents, but holds examples"):
        tune(recipe(), examples, tmp_path / "out")
    with pytest.raises(DataError, match="must hold examples, but holds documents"):
        tune(recipe(stage="instruct", template="alpaca_ja"), documents, tmp_path / "out")


def test_what_documents_would_take_is_measured_in_packed_sequences(documents: Path) -> None:
    chosen = recipe()
    stored, _ = encoded_release(open_job(chosen, documents), load("tiny:llama").encoder, silent)
    found = data_size(chosen, documents)
    assert found.mean_tokens == 64
    # A document that does not fit behind another leaves room.
    assert 0 <= len(stored) - found.examples <= 0.25 * len(stored)
    assert f"{found.examples} packed sequences (of the release, measured)" in "\n".join(
        outlook(chosen, documents, None)
    )
