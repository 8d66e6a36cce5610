"""A release and a base become an adapter."""

import warnings
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import torch
from accelerate import PartialState

from tehon.engine.encode import round_trip_losses
from tehon.engine.load import LoadedModel, load
from tehon.progress import Progress, silent
from tehon.records.tuning import Adapter, Recipe, Sharding, TuningCounts
from tehon.storage.alone import alone_in
from tehon.storage.atomic import write_text
from tehon.storage.manifest import MANIFEST, fingerprint, finish, finished, result
from tehon.storage.provenance import processor, provenance
from tehon.storage.shards import count_by_licence, read_examples
from tehon.tune.begin import begin
from tehon.tune.card import card
from tehon.tune.checkpoint import CHECKPOINT
from tehon.tune.encode import Corpus, Cuts, encode
from tehon.tune.export import export
from tehon.tune.job import CARD, Job, check_fit, check_folder, check_vocabulary, open_job
from tehon.tune.loop import Run, Trained, train
from tehon.tune.precision import base_precision
from tehon.tune.processes import agreed, from_main
from tehon.tune.spreads import check_sharding, divides_weights
from tehon.tune.validation import split


class TemplateLoss(UserWarning):
    """The tokenizer cannot say all that the template says."""


def tune(
    recipe: Recipe,
    release: Path,
    out: Path,
    *,
    sharding: Sharding = "none",
    allow_bin: bool = False,
    progress: Progress = silent,
) -> Adapter:
    """The adapter of one recipe on one release; `out` then holds it in PEFT's format, its card and its manifest.

    Where the recipe has no LoRA, `out` holds the whole model instead, and can itself be named as a base. A run that was
    stopped goes on where its last checkpoint was, to the same result bit for bit on the same machine. The same call on
    a finished folder answers from its manifest. Processes (`torchrun`, `accelerate launch`) share every step; only the
    first one touches `out`, and any number of them may go on with what others began.

    Args:
        recipe: how, with its base filled in.
        release: folder of a finished release.
        out: a new folder, or one of the same run.
        sharding: what is divided among processes; the result is the same.
        allow_bin: the base's weights may be pickled; they are read as plain tensors.
        progress: is told about every example.

    Raises:
        UsageError: the recipe does not fit the model, or `out` holds something else, or another run is at work there.
        DataError: the release is empty, damaged or too long for the recipe.
        ModelError: the base cannot be loaded or tuned, or the loss is NaN.
        KeyboardInterrupt: the run was stopped, after a checkpoint.
        SystemExit: it failed in another process, which says why.
    """
    with ExitStack() as held:
        return _tune(Asked(recipe, release, out, sharding, allow_bin), held, progress)


class Asked(NamedTuple):
    """What `tune` is asked to do."""

    recipe: Recipe
    release: Path
    out: Path
    sharding: Sharding
    allow_bin: bool


def _tune(asked: Asked, held: ExitStack, progress: Progress) -> Adapter:
    started, main = monotonic(), PartialState(cpu=not torch.cuda.is_available()).is_main_process
    done: Adapter | None = None
    with agreed():
        check_sharding(asked.recipe, asked.sharding)
        job = open_job(asked.recipe, asked.release, allow_bin=asked.allow_bin)
        if main:
            done = _claim(job, asked.out, held)
    if done := from_main(done):
        return done
    with agreed():
        model = _load(job, asked.sharding)
        corpus, held_back, cuts = _read(job, model, progress)
        tuned = begin(model, asked.recipe)
    run = Run(job, model.network, tuned, corpus, held_back, folder=asked.out, sharding=asked.sharding)
    adapter = _adapter(run, trained := train(run, progress), cuts)
    with agreed():
        if main:
            export(model, tuned, trained.weights, asked.out)
            _finish(job, adapter, asked.out, monotonic() - started)
    return adapter


def _claim(job: Job, out: Path, held: ExitStack) -> Adapter | None:
    """What the folder has come to already; None where this run is now alone in it and has something to do."""

    def done() -> Adapter | None:
        manifest = finished(out, job.kind, fingerprint(job.config, job.inputs))
        return result(manifest, Adapter) if manifest else None

    if (out / MANIFEST).exists():
        return done()
    held.enter_context(alone_in(out, "tehon tune", "choose another --out"))
    # Another run may have finished in between, or died.
    if found := done():
        return found
    check_folder(out, job.kind)
    return None


def _load(job: Job, sharding: Sharding) -> LoadedModel:
    """The base, on the processor where it will be divided among devices that may not hold it."""
    recipe = job.recipe
    model = load(
        recipe.base,
        precision=base_precision(recipe),
        seed=recipe.base_seed,
        allow_bin=job.allow_bin,
        device=torch.device("cpu") if divides_weights(sharding) else None,
    )
    check_fit(recipe, model)
    return model


def _read(job: Job, model: LoadedModel, progress: Progress) -> tuple[Corpus, Corpus, Cuts]:
    """What is trained on, what is held back, and what had to be cut."""
    if losses := round_trip_losses(model.encoder, job.template):
        said = f"{job.recipe.base} with template {job.template.name}: {'; '.join(losses)}"
        warnings.warn(said, TemplateLoss, stacklevel=3)
    corpus, cuts = encode(read_examples(job.release), model.encoder, job.template, job.recipe, progress)
    check_vocabulary(corpus.ids, model)
    return *split(corpus, job.recipe), cuts


def _adapter(run: Run, trained: Trained, cuts: Cuts) -> Adapter:
    job, corpus, state = run.job, run.corpus, trained.state
    counts = TuningCounts(
        examples=len(corpus),
        drawn=run.order.drawn(state.step),
        tokens=state.tokens,
        scored_tokens=state.scored_tokens,
        cut_right=cuts.cut_right,
        input_shortened=cuts.input_shortened,
        dropped=cuts.dropped,
        steps=state.step,
        positions=state.positions,
    )
    return Adapter(
        recipe=job.recipe,
        base=job.recipe.base,
        base_digest=job.base_digest,
        release=job.data.name,
        release_digest=job.data.digest,
        template=job.recipe.template,
        parameters=sum(parameter.numel() for parameter in run.parameters.values()),
        counts=counts,
        first_loss=state.first_loss or 0.0,
        last_loss=state.last_loss or 0.0,
        validation_loss=trained.validation_loss,
    )


def _finish(job: Job, adapter: Adapter, out: Path, seconds: float) -> None:
    """Write the card, take the checkpoint away, and write the manifest last."""
    write_text(out / CARD, card(adapter, job.data, count_by_licence(job.release)))
    (out / CHECKPOINT).unlink(missing_ok=True)
    made = provenance(machine=processor(), wall_seconds=round(seconds, 3))
    finish(out, job.kind, config=job.config, inputs=job.inputs, result=adapter, provenance=made)
