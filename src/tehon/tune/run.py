"""A release and a base become an adapter."""

import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import torch
from accelerate import PartialState

from tehon.engine.encode import round_trip_losses
from tehon.engine.load import LoadedModel, load
from tehon.leakage.trained_on import TRAINED_ON, write_trained_on
from tehon.progress import Progress, silent
from tehon.records.tuning import Adapter, Recipe, Sharding, Tracker, TuningCounts
from tehon.storage.alone import alone_in
from tehon.storage.atomic import write_text
from tehon.storage.manifest import MANIFEST, fingerprint, finish, finished, result
from tehon.storage.provenance import processor, provenance
from tehon.storage.shards import count_by_licence
from tehon.tune.begin import begin
from tehon.tune.cache import encoded_release
from tehon.tune.card import card
from tehon.tune.checkpoint import CHECKPOINT
from tehon.tune.corpus import Corpus
from tehon.tune.curve import FIGURE, lines
from tehon.tune.export import export
from tehon.tune.job import CARD, Job, check_fit, check_folder, check_vocabulary, open_job
from tehon.tune.loop import Run, Trained, train
from tehon.tune.mask_check import settle
from tehon.tune.precision import base_precision
from tehon.tune.processes import agreed, from_main
from tehon.tune.sampler import Sampler, check_samples
from tehon.tune.spreads import check_sharding, divides_weights
from tehon.tune.tally import Counted
from tehon.tune.track import check_trackers, tracked
from tehon.tune.validation import split
from tehon.writing.figures import draw
from tehon.writing.loss_figure import loss_figure


class TemplateLoss(UserWarning):
    """The tokenizer cannot say all that the template says."""


def tune(  # noqa: PLR0913 - one parameter an option
    recipe: Recipe,
    release: Path,
    out: Path,
    *,
    sharding: Sharding = "none",
    allow_bin: bool = False,
    track: Sequence[Tracker] = (),
    samples: Sequence[str] = (),
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
        track: who is told each line of the curve, too; the result is the same.
        samples: what the model is asked now and then on its way, for `tehon serve` to show; the result is the same.
        progress: is told about every example.

    Raises:
        UsageError: the recipe does not fit the model, or `out` holds something else, or another run is at work there.
        DataError: the release is empty, damaged or too long for the recipe.
        ModelError: the base cannot be loaded or tuned, or the loss is NaN.
        KeyboardInterrupt: the run was stopped, after a checkpoint.
        SystemExit: it failed in another process, which says why.
    """
    with ExitStack() as held:
        return _tune(Asked(recipe, release, out, sharding, allow_bin, tuple(track), tuple(samples)), held, progress)


class Asked(NamedTuple):
    """What `tune` is asked to do."""

    recipe: Recipe
    release: Path
    out: Path
    sharding: Sharding
    allow_bin: bool
    track: tuple[Tracker, ...]
    samples: tuple[str, ...]


def _tune(asked: Asked, held: ExitStack, progress: Progress) -> Adapter:
    started, main = monotonic(), PartialState(cpu=not torch.cuda.is_available()).is_main_process
    done: Adapter | None = None
    with agreed():
        check_sharding(asked.recipe, asked.sharding)
        check_trackers(asked.track)
        check_samples(asked.samples, asked.sharding)
        job = open_job(asked.recipe, asked.release, allow_bin=asked.allow_bin)
        if main:
            done = _claim(job, asked.out, held)
    if done := from_main(done):
        return done
    if main:
        held.enter_context(tracked(asked.track, asked.out, job.settings))
    with agreed():
        model = _load(job, asked.sharding)
        corpus, held_back, counted = _read(job, model, progress)
        tuned = begin(model, asked.recipe)
        layout = settle(model, tuned, corpus, asked.recipe, asked.sharding)
    sampler = Sampler(model, job.template, asked.samples, asked.out)
    run = Run(job, model.network, tuned, corpus, held_back, asked.out, asked.sharding, layout, sampler)
    adapter = _adapter(run, trained := train(run, progress), counted)
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


def _read(job: Job, model: LoadedModel, progress: Progress) -> tuple[Corpus, Corpus, Counted]:
    """What is trained on, what is held back, and what had to be cut."""
    if losses := round_trip_losses(model.encoder, job.template):
        said = f"{job.recipe.base} with template {job.template.name}: {'; '.join(losses)}"
        warnings.warn(said, TemplateLoss, stacklevel=3)
    stored, counted = encoded_release(job, model.encoder, progress)
    check_vocabulary(counted.highest, model)
    return *split(stored, job.recipe), counted


def _adapter(run: Run, trained: Trained, counted: Counted) -> Adapter:
    job, corpus, state = run.job, run.corpus, trained.state
    counts = TuningCounts(
        examples=len(corpus),
        drawn=run.order.drawn(state.step),
        tokens=state.tokens,
        scored_tokens=state.scored_tokens,
        cut_right=counted.cut_right,
        input_shortened=counted.input_shortened,
        dropped=counted.dropped,
        steps=state.step,
        positions=state.positions,
        lengths=corpus.stored.lengths(job.recipe.sequence_length),
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
    """Write hashes of what was tuned on, figure and card, take the checkpoint away, and write the manifest last."""
    write_text(out / FIGURE, draw(loss_figure(lines(out))))
    write_trained_on(job.contents(), out / TRAINED_ON)
    write_text(out / CARD, card(adapter, job.data, count_by_licence(job.release), FIGURE))
    (out / CHECKPOINT).unlink(missing_ok=True)
    made = provenance(machine=processor(), wall_seconds=round(seconds, 3))
    finish(out, job.kind, config=job.config, inputs=job.inputs, result=adapter, provenance=made)
