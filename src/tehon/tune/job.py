"""What a tuning run is asked to do, checked before anything large is loaded or written."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import msgspec

from tehon.engine.adapter import CONFIG, WEIGHTS
from tehon.engine.load import LoadedModel, base_digest
from tehon.errors import ModelError, OutputTaken, UsageError
from tehon.leakage.splits import check_contamination
from tehon.leakage.trained_on import TRAINED_ON
from tehon.records.files import Kind
from tehon.records.prompt import Template
from tehon.records.release import Release
from tehon.records.step import Content
from tehon.records.tuning import Recipe
from tehon.storage.atomic import disk_errors
from tehon.storage.manifest import plain, read_manifest, result
from tehon.storage.shards import read_documents, read_examples
from tehon.templates import TEMPLATES
from tehon.tune.checkpoint import CHECKPOINT
from tehon.tune.curve import CURVE, FIGURE
from tehon.tune.export import MODEL_FILES

CARD = "README.md"
OWN_FILES = (CHECKPOINT, CURVE, FIGURE, CONFIG, WEIGHTS, CARD, TRAINED_ON)
"""What an unfinished run may have left in its folder."""

MEANS: dict[str, Any] = {
    "attention": "auto",
    "compile": False,
    "activation_checkpointing": False,
    "token_budget": 1,
    "checkpoint_minutes": 0.0,
}
"""Settings of a recipe that change what a step costs and not what it is, and what stands for any value of them."""


@dataclass(frozen=True, slots=True)
class Job:
    """One recipe on one release.

    Attributes:
        recipe: how.
        template: how examples become prompts.
        release: folder of the data.
        data: what is in it.
        base_digest: of what is tuned.
        allow_bin: its weights may be pickled.
    """

    recipe: Recipe
    template: Template
    release: Path
    data: Release
    base_digest: str
    allow_bin: bool = False

    @property
    def kind(self) -> Kind:
        """What the finished folder holds."""
        return "adapter" if self.recipe.lora else "model"

    @property
    def config(self) -> dict[str, Any]:
        """What decides the result, apart from what is read."""
        return {"recipe": plain(self.recipe), "template": plain(self.template)}

    @property
    def inputs(self) -> dict[str, str]:
        """Digests of what is read."""
        return {"base": self.base_digest, "release": self.data.digest}

    def contents(self) -> Iterator[Content]:
        """What the release holds, in order."""
        return read_documents(self.release) if self.recipe.stage == "pretrain" else read_examples(self.release)

    @property
    def identity(self) -> dict[str, Any]:
        """What a checkpoint must agree on, part by part; a run may go on by other means, or save more often."""
        settled = msgspec.structs.replace(self.recipe, **MEANS)
        return self.inputs | _parts("recipe", plain(settled)) | _parts("template", plain(self.template))

    @property
    def settings(self) -> dict[str, Any]:
        """What people tell runs apart by: the recipe, part by part, and what is read."""
        return self.inputs | _parts("recipe", plain(self.recipe))


def _parts(name: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - plain data
    """`recipe.lora.rank` -> 4, for every value that is no table."""
    if not isinstance(value, dict):
        return {name: value}
    return {path: part for key, inner in value.items() for path, part in _parts(f"{name}.{key}", inner).items()}


def open_job(recipe: Recipe, release: Path, *, allow_bin: bool = False, weights: bool = True) -> Job:
    """The job of a recipe on a release.

    Args:
        recipe: how, with its base filled in.
        release: folder of a finished release.
        allow_bin: pickled weights are read, too.
        weights: the base's are wanted, not only its configuration and tokenizer.

    Raises:
        UsageError: the recipe names no base, or a template that does not exist.
        DataError: the folder holds no finished release.
        Contaminated: it holds what a task scores, which the recipe does not allow.
        ModelNotFound: there is no such base.
    """
    if not recipe.base:
        raise UsageError(f"recipe {recipe.name}", "a base must be named, but is not", "Give --base, or set base = …")
    template, data = TEMPLATES[recipe.template], result(read_manifest(release, "release"), Release)
    check_contamination(release, recipe.allow_contamination)
    return Job(
        recipe=recipe,
        template=template,
        release=release,
        data=data,
        base_digest=base_digest(recipe.base, weights=weights and recipe.init == "weights", allow_bin=allow_bin),
        allow_bin=allow_bin,
    )


def check_folder(out: Path, kind: Kind) -> None:
    """Make the folder, and see that it holds nothing but what an unfinished run leaves.

    Raises:
        OutputTaken: it holds a foreign file.
    """
    own = OWN_FILES if kind == "adapter" else (*OWN_FILES, *MODEL_FILES)
    with disk_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        foreign = sorted(
            path.name
            for path in out.iterdir()
            if not path.name.startswith(".") and not any(fnmatch(path.name, name) for name in own)
        )
    if foreign:
        problem = f"must be empty or hold a run of this recipe, but holds {foreign[0]}"
        raise OutputTaken(str(out), problem, "Choose another --out")


def check_fit(recipe: Recipe, model: LoadedModel) -> None:
    """See that the recipe fits the base.

    Raises:
        UsageError: the base is of another family, or its context is too short.
    """
    where, found = f"recipe {recipe.name}", model.network.family.name
    if recipe.family not in {"", found}:
        problem = f"family must be that of {recipe.base}, which is {found}, got {recipe.family}"
        raise UsageError(where, problem, "Leave family out, or take another base")
    if recipe.sequence_length > model.context_length:
        problem = (
            f"sequence_length must be at most {model.context_length}, the context of {recipe.base}, "
            f"got {recipe.sequence_length}"
        )
        raise UsageError(where, problem, f"Set sequence_length={model.context_length}")


def check_vocabulary(highest: int, model: LoadedModel) -> None:
    """See that the model knows every token of the release.

    A tokenizer may have a few more tokens than its model, for images, so that its size alone says nothing.

    Args:
        highest: of its tokens.
        model: the base.

    Raises:
        ModelError: it does not.
    """
    vocabulary = model.network.head.out_features
    if highest >= vocabulary:
        word = model.encoder.tokenizer.convert_ids_to_tokens(highest)
        problem = (
            f"the model must know every token of its tokenizer, but knows {vocabulary}, and the release holds number "
            f"{highest} ({word})"
        )
        raise ModelError(model.name, problem, "Take the tokenizer that belongs to the model")
