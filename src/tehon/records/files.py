"""What stands between stages: manifests and provenance."""

from typing import Any, Literal

from tehon.records.record import Record

Kind = Literal["release", "export", "adapter", "model", "merged", "scores", "judgement", "report"]


class FileEntry(Record, kw_only=True):
    """One file of a finished folder."""

    sha256: str
    size_bytes: int


class Provenance(Record, kw_only=True):
    """Where and with what something was made.

    Attributes:
        version: tehon's.
        commit: of the checkout it ran from; empty outside one.
        python: the interpreter's version.
        packages: name -> version of what can change the result.
        machine: processor or accelerator, in words.
        command: the command line.
        wall_seconds: how long it took; None in folders that must be byte-identical.
    """

    version: str
    commit: str = ""
    python: str
    packages: dict[str, str]
    machine: str = ""
    command: str = ""
    wall_seconds: float | None = None


class Manifest(Record, kw_only=True):
    """Written last into a folder: its existence means finished.

    Attributes:
        kind: what the folder holds.
        fingerprint: sha256 over `config` and `inputs`; equal fingerprints mean that a re-run is a no-op.
        config: the configuration, as plain data.
        inputs: name -> sha256 of everything that was read.
        files: path in the folder -> digest and size.
        result: the stage's record, as plain data.
        provenance: where and with what it was made.
    """

    kind: Kind
    fingerprint: str
    config: dict[str, Any]
    inputs: dict[str, str]
    files: dict[str, FileEntry]
    result: dict[str, Any]
    provenance: Provenance
