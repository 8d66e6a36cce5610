"""What a build will read and do, known before anything is read: its inputs with their digests, and its first jobs."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tehon.build.read import files, read, supplies
from tehon.build.row_steps import step_config, step_files
from tehon.describe.licences import whole_licence
from tehon.leakage.wanted import item_files, own_file
from tehon.records.record import Record
from tehon.records.release import Mixture
from tehon.records.supply import Supply
from tehon.storage.manifest import file_sha256, fingerprint, plain, records_sha256
from tehon.storage.raw import files_of
from tehon.tasks import TASKS

LAYOUT = 4
"""Changes when the same mixture and the same raw files give another release."""
HELD_OUT, INDEX = "held_out", "index"


class Plan(Record, kw_only=True):
    """A build before it starts.

    Attributes:
        mixture: what is built.
        raw: the folder of raw files; None where none are needed.
        supplies: the sources with their files.
        licence: of the whole.
        config: what makes one build another than the next, beside its inputs.
        inputs: name -> sha256 of everything that is read.
        raw_bytes: size of all raw files.
    """

    mixture: Mixture
    raw: Path | None
    supplies: tuple[Supply, ...]
    licence: str
    config: dict[str, Any]
    inputs: Mapping[str, str]
    raw_bytes: int

    @property
    def fingerprint(self) -> str:
        """sha256 of the configuration and the inputs."""
        return fingerprint(self.config, dict(self.inputs))


def make_plan(mixture: Mixture, raw: Path | None) -> Plan:
    """Look at everything that will be read.

    Raises:
        UnknownName: a source or a part does not exist.
        RawFileMissing: an upstream file is missing.
        BadLicence: the sources cannot be shared as one work of the wanted kind.
    """
    chosen = supplies(mixture, raw)
    licence = whole_licence({supply.source.name: supply.licence for supply in chosen}, mixture)
    paths = {name: path for supply in chosen for name, path in files(supply).items()}
    raw_bytes = sum(path.stat().st_size for path in paths.values())
    paths |= dict(_held_out_files(mixture, raw)) | step_files(mixture.steps, f"mixture {mixture.name}")
    steps = step_config(mixture.steps)
    made = {supply.source.name: records_sha256(read(supply, mixture)) for supply in chosen if supply.source.embedded}
    made |= {
        name: records_sha256(TASKS[name].read(Path(), TASKS[name].split))
        for name in mixture.held_out
        if TASKS[name].embedded
    }
    return Plan(
        mixture=mixture,
        raw=raw,
        supplies=tuple(chosen),
        licence=licence,
        config={"layout": LAYOUT, "mixture": plain(mixture), "order": list(mixture.sources), "steps": steps},
        inputs=_sha256(paths) | made,
        raw_bytes=raw_bytes,
    )


def _held_out_files(mixture: Mixture, raw: Path | None) -> Iterator[tuple[str, Path]]:
    for name in mixture.held_out:
        for found in item_files(TASKS[name], raw).values():
            yield from ((f"{name}/{file}", path) for file, path in files_of(found).items())
    for file in mixture.held_out_files:
        yield f"held_out_files/{file}", own_file(file)


def _sha256(paths: Mapping[str, Path]) -> dict[str, str]:
    with ThreadPoolExecutor() as threads:  # hashing leaves Python's lock
        return dict(zip(sorted(paths), threads.map(file_sha256, (paths[name] for name in sorted(paths))), strict=True))
