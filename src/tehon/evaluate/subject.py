"""What is evaluated: a base, perhaps with an adapter, and what the adapter says about itself."""

from pathlib import Path
from typing import Literal

from tehon.records.record import Record
from tehon.records.tuning import Adapter
from tehon.storage.manifest import MANIFEST, fingerprint, read_manifest, result, tree_sha256

Precision = Literal["auto", "fp32", "bf16", "fp16"]


class Subject(Record, kw_only=True):
    """A model by its whereabouts.

    Attributes:
        base: folder, hub name, GGUF file, `package:NAME` or `tiny:FAMILY`.
        adapter: folder of a finished tuning, or of any PEFT adapter; None for the base alone.
        name: for tables; empty takes the last part of the path.
        precision: of the frozen weights; `auto` is bf16 where the device computes it fast, else fp32.
    """

    base: str
    adapter: Path | None = None
    name: str = ""
    precision: Precision = "auto"

    @property
    def title(self) -> str:
        """The name for tables."""
        return self.name or (self.adapter.name if self.adapter else Path(self.base).name)


class Tuned(Record, kw_only=True):
    """What scoring must know about an adapter; all empty for a base.

    Attributes:
        fingerprint: of the tuning, or of the files of an adapter from elsewhere.
        template: that it was tuned with; empty where nobody says so.
        sequence_length: longest prompt that it was tuned on, in tokens; None where nobody says so.
        files: name -> sha256 of its weights and its configuration.
    """

    fingerprint: str = ""
    template: str = ""
    sequence_length: int | None = None
    files: dict[str, str] = {}

    @property
    def inputs(self) -> dict[str, str]:
        """Name -> digest of everything about the adapter that decides an answer or a flag."""
        return {"adapter": self.fingerprint, **{f"adapter/{name}": digest for name, digest in self.files.items()}}


def read_tuned(adapter: Path | None) -> Tuned:
    """What an adapter's folder says.

    Raises:
        RawFileMissing: there is no such folder.
        Damaged: its manifest is not readable.
        DataError: it is another kind of folder.
    """
    if adapter is None:
        return Tuned()
    files = tree_sha256({path.name: path for path in adapter.glob("adapter_*") if path.is_file()})
    if "adapter_config.json" in files and not (adapter / MANIFEST).exists():
        return Tuned(fingerprint=fingerprint({}, files), files=files)
    manifest = read_manifest(adapter, "adapter")
    tuning = result(manifest, Adapter)
    return Tuned(
        fingerprint=manifest.fingerprint,
        template=tuning.template,
        sequence_length=tuning.recipe.sequence_length,
        files=files,
    )
