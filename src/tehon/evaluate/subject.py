"""What is evaluated: a base, perhaps with an adapter, and what the adapter says about itself."""

from pathlib import Path

from msgspec.structs import replace

from tehon.errors import RawFileMissing
from tehon.leakage.trained_on import TRAINED_ON
from tehon.records.files import Manifest
from tehon.records.record import Record
from tehon.records.tuning import Adapter, Merged, Precision
from tehon.storage.manifest import MANIFEST, fingerprint, plain, read_manifest, result, tree_sha256


class Subject(Record, kw_only=True):
    """A model by its whereabouts.

    Attributes:
        base: folder, hub name, GGUF file, `package:NAME` or `tiny:FAMILY`.
        adapter: folder of a finished tuning, or of any PEFT adapter; None for the base alone.
        name: for tables; empty takes the last part of the path.
        precision: of the frozen weights; `auto` is bf16 where the device computes it fast, else fp32.
        allow_bin: pickled weights are read, too, as plain tensors.
    """

    base: str
    adapter: Path | None = None
    name: str = ""
    precision: Precision = "auto"
    allow_bin: bool = False

    @property
    def title(self) -> str:
        """The name for tables."""
        return self.name or (self.adapter.resolve().name if self.adapter else Path(self.base).name)

    @property
    def tuned_folder(self) -> Path | None:
        """Where what was tuned lies: the adapter's folder, or that of a model tuned or merged here; None for a base."""
        if self.adapter is not None:
            return self.adapter
        return Path(self.base) if (Path(self.base) / MANIFEST).is_file() else None


class Tuned(Record, kw_only=True):
    """What scoring must know about a tuned model; all empty for a base.

    Attributes:
        fingerprint: of the tuning, or of the files of an adapter from elsewhere.
        base: what was tuned, where all of its weights were, or where the adapter was merged; else empty.
        template: that it was tuned with; empty where nobody says so.
        sequence_length: longest prompt that it was tuned on, in tokens; None where nobody says so.
        recipe: digest of everything that made it but the seed; empty where nobody says so.
        seed: that it was tuned with.
        files: name -> sha256 of its weights, its configuration and the hashes of what it was tuned on.
    """

    fingerprint: str = ""
    base: str = ""
    template: str = ""
    sequence_length: int | None = None
    recipe: str = ""
    seed: int | None = None
    files: dict[str, str] = {}

    @property
    def inputs(self) -> dict[str, str]:
        """Name -> digest of everything about the adapter that decides an answer or a flag."""
        return {"adapter": self.fingerprint, **{f"adapter/{name}": digest for name, digest in self.files.items()}}


def read_tuned(subject: Subject) -> Tuned:
    """What the folder of an adapter or of a tuned model says.

    Raises:
        RawFileMissing: there is no such adapter.
        Damaged: its manifest is not readable.
        DataError: it is another kind of folder.
    """
    if subject.adapter is not None:
        return _read_adapter(subject.adapter)
    folder = subject.tuned_folder
    return _read_model(folder) if folder else Tuned()


def _read_adapter(folder: Path) -> Tuned:
    if not folder.is_dir():
        raise RawFileMissing(str(folder), "must be the folder of an adapter, but is not there", "Correct --adapter")
    files = tree_sha256(
        {path.name: path for path in (*folder.glob("adapter_*"), folder / TRAINED_ON) if path.is_file()}
    )
    if "adapter_config.json" in files and not (folder / MANIFEST).exists():
        return Tuned(fingerprint=fingerprint({}, files), files=files)
    manifest = read_manifest(folder, "adapter")
    tuning = result(manifest, Adapter)
    return Tuned(
        fingerprint=manifest.fingerprint,
        template=tuning.template,
        sequence_length=tuning.recipe.sequence_length,
        recipe=_but_for_the_seed(manifest, tuning),
        seed=tuning.recipe.seed,
        files=files,
    )


def _read_model(folder: Path) -> Tuned:
    """Of a folder that holds a whole model, which was tuned or merged here."""
    manifest = read_manifest(folder, "model", "merged")
    made = result(manifest, Adapter) if manifest.kind == "model" else result(manifest, Merged)
    tuning = made.tuning if isinstance(made, Merged) else made
    return Tuned(
        fingerprint=manifest.fingerprint,
        base=made.base,
        template=tuning.template if tuning else "",
        sequence_length=tuning.recipe.sequence_length if tuning else None,
        recipe=_but_for_the_seed(manifest, made) if isinstance(made, Adapter) else "",
        seed=made.recipe.seed if isinstance(made, Adapter) else None,
        files=tree_sha256({TRAINED_ON: folder / TRAINED_ON} if (folder / TRAINED_ON).is_file() else {}),
    )


def _but_for_the_seed(manifest: Manifest, tuning: Adapter) -> str:
    """What adapters from several seeds of one recipe on one base and one release have in common."""
    recipe = plain(replace(tuning.recipe, seed=0))
    return fingerprint({**manifest.config, "recipe": recipe}, manifest.inputs)
