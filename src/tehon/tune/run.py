"""A release and a base become an adapter."""

import warnings
from pathlib import Path
from time import monotonic

import torch
from accelerate import PartialState

from tehon.engine.encode import round_trip_losses
from tehon.engine.load import LoadedModel, load
from tehon.progress import Progress, silent
from tehon.records.tuning import Adapter, Recipe, TuningCounts
from tehon.storage.atomic import write_text
from tehon.storage.manifest import fingerprint, finish, finished, result
from tehon.storage.provenance import processor, provenance
from tehon.storage.shards import read_examples
from tehon.tune.begin import base_precision, begin
from tehon.tune.card import card
from tehon.tune.checkpoint import CHECKPOINT, State
from tehon.tune.encode import Corpus, Cuts, encode
from tehon.tune.export import export
from tehon.tune.job import CARD, Job, check_fit, check_folder, check_vocabulary, open_job
from tehon.tune.loop import Run, train
from tehon.tune.validation import split, validation_loss


class TemplateLoss(UserWarning):
    """The tokenizer cannot say all that the template says."""


def tune(recipe: Recipe, release: Path, out: Path, *, allow_bin: bool = False, progress: Progress = silent) -> Adapter:
    """The adapter of one recipe on one release; `out` then holds it in PEFT's format, its card and its manifest.

    Where the recipe has no LoRA, `out` holds the whole model instead, and can itself be named as a base. A run that was
    stopped goes on where its last checkpoint was, to the same result bit for bit on the same machine. The same call on
    a finished folder answers from its manifest. Processes (`torchrun`, `accelerate launch`) share every step.

    Args:
        recipe: how, with its base filled in.
        release: folder of a finished release.
        out: a new folder, or one of the same run.
        allow_bin: the base's weights may be pickled; they are read as plain tensors.
        progress: is told about every example.

    Raises:
        UsageError: the recipe does not fit the model, or `out` holds something else.
        DataError: the release is empty, damaged or too long for the recipe.
        ModelError: the base cannot be loaded or tuned, or the loss is NaN.
        KeyboardInterrupt: the run was stopped, after a checkpoint.
    """
    started = monotonic()
    processes = PartialState(cpu=not torch.cuda.is_available())
    job = open_job(recipe, release, allow_bin=allow_bin)
    if done := finished(out, job.kind, fingerprint(job.config, job.inputs)):
        return result(done, Adapter)
    check_folder(out, job.kind)
    model = load(recipe.base, precision=base_precision(recipe), seed=recipe.base_seed, allow_bin=allow_bin)
    check_fit(recipe, model)
    corpus, held_back, cuts = _read(job, model, progress)
    check_vocabulary(corpus.ids, model)
    tuned = begin(model, recipe)
    run = Run(job=job, net=model.network, tuned=tuned, corpus=corpus, held_back=held_back, folder=out)
    adapter = _adapter(run, train(run, progress), cuts, validation_loss(model.network, held_back))
    if processes.is_main_process:
        export(model, tuned, out)
        _finish(job, adapter, out, monotonic() - started)
    processes.wait_for_everyone()
    return adapter


def _read(job: Job, model: LoadedModel, progress: Progress) -> tuple[Corpus, Corpus, Cuts]:
    """What is trained on, what is held back, and what had to be cut."""
    if losses := round_trip_losses(model.encoder, job.template):
        said = f"{job.recipe.base} with template {job.template.name}: {'; '.join(losses)}"
        warnings.warn(said, TemplateLoss, stacklevel=3)
    corpus, cuts = encode(read_examples(job.release), model.encoder, job.template, job.recipe, progress)
    return *split(corpus, job.recipe), cuts


def _adapter(run: Run, state: State, cuts: Cuts, validation: float | None) -> Adapter:
    job, corpus = run.job, run.corpus
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
        validation_loss=validation,
    )


def _finish(job: Job, adapter: Adapter, out: Path, seconds: float) -> None:
    """Write the card, take the checkpoint away, and write the manifest last."""
    write_text(out / CARD, card(adapter, job.data))
    (out / CHECKPOINT).unlink(missing_ok=True)
    made = provenance(machine=processor(), wall_seconds=round(seconds, 3))
    finish(out, job.kind, config=job.config, inputs=job.inputs, result=adapter, provenance=made)
