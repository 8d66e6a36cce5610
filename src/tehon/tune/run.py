"""A release and a base become an adapter."""

import warnings
from dataclasses import replace
from pathlib import Path
from time import monotonic

import msgspec
import numpy as np
from accelerate import PartialState

from tehon.engine.adapter import CONFIG, WEIGHTS
from tehon.engine.encode import round_trip_losses
from tehon.engine.load import LoadedModel, base_digest, load
from tehon.errors import EmptyData, OutputTaken, UsageError
from tehon.progress import Progress, silent
from tehon.records.release import Release
from tehon.records.tuning import Adapter, Recipe, TuningCounts
from tehon.storage.atomic import disk_errors, write_text
from tehon.storage.manifest import fingerprint, finish, finished, plain, read_manifest, result
from tehon.storage.provenance import processor, provenance
from tehon.storage.shards import read_examples
from tehon.templates import TEMPLATES
from tehon.tune import lora
from tehon.tune.card import card
from tehon.tune.checkpoint import CHECKPOINT, State
from tehon.tune.curve import CURVE
from tehon.tune.encode import Corpus, Cuts, encode, select
from tehon.tune.export import export
from tehon.tune.loop import Run, train
from tehon.tune.order import mixed, shuffled
from tehon.tune.validation import validation_loss

VALIDATION = 0x76616C
"""Keys the draw of the examples that are held back."""
OWN_FILES = frozenset({CHECKPOINT, CURVE, CONFIG, WEIGHTS[0], "README.md"})
"""What an unfinished run may have left in its folder."""


class TemplateLoss(UserWarning):
    """The tokenizer cannot say all that the template says."""


def tune(recipe: Recipe, release: Path, out: Path, *, progress: Progress = silent) -> Adapter:
    """The adapter of one recipe on one release; `out` then holds it in PEFT's format, its card and its manifest.

    A run that was stopped goes on where its last checkpoint was, to the same result bit for bit on the same
    machine. The same call on a finished folder answers from its manifest.

    Args:
        recipe: how, with its base filled in.
        release: folder of a finished release.
        out: a new folder, or one of the same run.
        progress: is told about every example.

    Raises:
        UsageError: the recipe does not fit the model, or `out` holds something else.
        DataError: the release is empty, damaged or too long for the recipe.
        ModelError: the base cannot be loaded or tuned, or the loss is NaN.
        KeyboardInterrupt: the run was stopped, after a checkpoint.
    """
    started = monotonic()
    if not recipe.base:
        raise UsageError(f"recipe {recipe.name}", "a base must be named, but is not", "Give --base, or set base = …")
    template = TEMPLATES[recipe.template]
    data = result(read_manifest(release, "release"), Release)
    config = {"recipe": plain(recipe), "template": plain(template)}
    inputs = {"base": base_digest(recipe.base), "release": data.digest}
    if done := finished(out, "adapter", fingerprint(config, inputs)):
        return result(done, Adapter)
    _check_folder(out)
    model = load(recipe.base, precision=recipe.precision)
    _check_lengths(recipe, model)
    for loss in round_trip_losses(model.encoder, template):
        warnings.warn(f"{recipe.base} with template {template.name}: {loss}", TemplateLoss, stacklevel=2)
    tuned = lora.add(model.network, recipe)
    corpus, cuts = encode(read_examples(release), model.encoder, template, recipe, progress)
    training, held_back = _split(corpus, recipe)
    run = Run(
        recipe=recipe,
        net=model.network,
        parameters=lora.parameters(tuned),
        corpus=training,
        release=release,
        folder=out,
        base_digest=inputs["base"],
        identity=_identity(recipe, inputs),
    )
    lora.dropping(tuned, active=True)
    state = train(run, progress)
    lora.dropping(tuned, active=False)
    adapter = _adapter(run, state, cuts, data, validation_loss(model.network, held_back))
    if PartialState().is_main_process:
        export(tuned, out, recipe.base)
        write_text(out / "README.md", card(adapter, data))
        (out / CHECKPOINT).unlink(missing_ok=True)
        made = provenance(machine=processor(), wall_seconds=round(monotonic() - started, 3))
        finish(out, "adapter", config=config, inputs=inputs, result=adapter, provenance=made)
    PartialState().wait_for_everyone()
    return adapter


def _check_folder(out: Path) -> None:
    with disk_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        foreign = sorted(path.name for path in out.iterdir() if path.name not in OWN_FILES)
    if foreign:
        problem = f"must be empty or hold a run of this recipe, but holds {foreign[0]}"
        raise OutputTaken(str(out), problem, "Choose another --out")


def _check_lengths(recipe: Recipe, model: LoadedModel) -> None:
    if recipe.sequence_length > model.context_length:
        problem = (
            f"sequence_length must be at most {model.context_length}, the context of {recipe.base}, "
            f"got {recipe.sequence_length}"
        )
        raise UsageError(f"recipe {recipe.name}", problem, f"Set sequence_length={model.context_length}")


def _identity(recipe: Recipe, inputs: dict[str, str]) -> str:
    """What a checkpoint must agree on; a run may go on with less memory, or save more often."""
    settled = msgspec.structs.replace(recipe, token_budget=1, checkpoint_minutes=0.0)
    return fingerprint(plain(settled), inputs)


def _split(corpus: Corpus, recipe: Recipe) -> tuple[Corpus, Corpus]:
    """What is trained on, and what is held back: drawn by the seed alone, and scored on the response only."""
    size = recipe.validation_size
    if size >= len(corpus):
        problem = f"validation_size must leave examples to train on, but {size} of {len(corpus)} would be held back"
        raise EmptyData(f"recipe {recipe.name}", problem, "Lower validation_size")
    drawn = shuffled(np.arange(len(corpus)), len(corpus), mixed(recipe.seed, VALIDATION))
    return select(corpus, np.sort(drawn[size:])), replace(select(corpus, np.sort(drawn[:size])), context_weight=0.0)


def _adapter(run: Run, state: State, cuts: Cuts, data: Release, validation: float | None) -> Adapter:
    corpus = run.corpus
    counts = TuningCounts(
        examples=len(corpus),
        tokens=len(corpus.ids),
        scored_tokens=corpus.scored_tokens,
        cut_right=cuts.cut_right,
        input_shortened=cuts.input_shortened,
        dropped=cuts.dropped,
        steps=state.step,
        positions=state.positions,
    )
    return Adapter(
        recipe=run.recipe,
        base=run.recipe.base,
        base_digest=run.base_digest,
        release=data.name,
        release_digest=data.digest,
        template=run.recipe.template,
        parameters=sum(parameter.numel() for parameter in run.parameters.values()),
        counts=counts,
        first_loss=state.first_loss or 0.0,
        last_loss=state.last_loss or 0.0,
        validation_loss=validation,
    )
