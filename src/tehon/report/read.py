"""The folders that a report is made from, as values."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from tehon.errors import Damaged, DataError, UsageError
from tehon.progress import Progress, silent
from tehon.records.counted import CurvePoint
from tehon.records.files import Manifest
from tehon.records.judging import Judged
from tehon.records.record import Record
from tehon.records.release import Release
from tehon.records.reporting import Origin, ReleaseSummary, TuningSummary
from tehon.records.scores import Scores
from tehon.records.tuning import Adapter
from tehon.report.outcomes import Cells, read_cells
from tehon.storage.items import ITEMS
from tehon.storage.manifest import MANIFEST, file_sha256, read_manifest, verify
from tehon.storage.shards import count_by_cluster

SCORES = "scores.json"
METRICS = "metrics.jsonl"
R = TypeVar("R")


class Run(Record, kw_only=True):
    """One finished evaluation."""

    folder: str
    scores: Scores
    cells: Cells


class Folders(Record, kw_only=True):
    """Everything that a report is made from."""

    runs: tuple[Run, ...]
    releases: tuple[ReleaseSummary, ...]
    tunings: tuple[TuningSummary, ...]
    judgements: tuple[Judged, ...]
    origins: tuple[Origin, ...]


class Opened(Record, kw_only=True):
    """A finished folder, of which only the manifest was read.

    Attributes:
        path: where it lies.
        name: its last part.
        manifest: what it holds.
        sha256: of the manifest's bytes, which hold the digest of everything else.
    """

    path: Path
    name: str
    manifest: Manifest
    sha256: str


def open_folders(paths: Sequence[Path]) -> tuple[Opened, ...]:
    """Finished evaluations, releases, adapters, tuned models and judgements, in the order given.

    Raises:
        UsageError: no folder was given, none is an evaluation, or a folder was given twice.
        RawFileMissing: a folder is not finished.
        DataError: a folder holds something else.
        Damaged: a manifest cannot be read.
    """
    resolved = [path.resolve() for path in paths]
    if twice := [path for path in paths if resolved.count(path.resolve()) > 1]:
        problem = "every folder must be given once, but this one was given twice"
        raise UsageError(str(twice[0]), problem, "Leave one out")
    opened = []
    for path in paths:
        manifest = read_manifest(path, "scores", "release", "adapter", "model", "judgement")
        digest = file_sha256(path / MANIFEST)
        opened.append(Opened(path=path, name=path.resolve().name, manifest=manifest, sha256=digest))
    if not any(folder.manifest.kind == "scores" for folder in opened):
        problem = "at least one folder of scores is needed, but none was given"
        raise UsageError("report", problem, "Run tehon evaluate and give its --out folder")
    return tuple(opened)


def read_folders(opened: Sequence[Opened], progress: Progress = silent) -> Folders:
    """Everything that the report needs of these folders.

    Raises:
        DataError: an evaluation holds no score.
        Damaged: a file does not match its manifest.
    """
    runs, releases, tunings, judgements = [], [], [], []
    with progress("read", len(opened), "folders") as advance:
        for folder in opened:
            if folder.manifest.kind == "scores":
                runs.append(_read_run(folder.path, folder.name, folder.manifest))
            elif folder.manifest.kind == "release":
                releases.append(_read_release(folder.path, folder.name, folder.manifest))
            elif folder.manifest.kind == "judgement":
                judgements.append(_result(folder.path, folder.manifest, Judged))
            else:
                tunings.append(_read_tuning(folder.path, folder.name, folder.manifest))
            advance(1, folder.name)
    origins = tuple(
        Origin(
            folder=folder.name,
            kind=folder.manifest.kind,
            fingerprint=folder.manifest.fingerprint,
            provenance=folder.manifest.provenance,
            config=folder.manifest.config,
            inputs=folder.manifest.inputs,
        )
        for folder in opened
    )
    return Folders(
        runs=tuple(runs),
        releases=tuple(releases),
        tunings=tuple(tunings),
        judgements=tuple(judgements),
        origins=origins,
    )


def _read_run(path: Path, name: str, manifest: Manifest) -> Run:
    _verify(path, manifest, SCORES, ITEMS)
    try:
        scores = msgspec.json.decode((path / SCORES).read_bytes(), type=Scores)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(str(path / SCORES), f"must be scores, but {error}", "Evaluate again") from error
    if not scores.scores:
        raise DataError(str(path / SCORES), "must hold at least one score, but holds none", "Evaluate again")
    return Run(folder=name, scores=scores, cells=read_cells(path / ITEMS))


def _read_release(path: Path, name: str, manifest: Manifest) -> ReleaseSummary:
    release = _result(path, manifest, Release)
    clusters = count_by_cluster(path)
    if (found := sum(sum(sources.values()) for sources in clusters.values())) != release.examples:
        problem = f"must hold {release.examples:,} examples as its manifest says, but holds {found:,}"
        raise Damaged(str(path), problem, "Build the release again")
    return ReleaseSummary(folder=name, release=release, clusters=clusters)


def _read_tuning(path: Path, name: str, manifest: Manifest) -> TuningSummary:
    adapter = _result(path, manifest, Adapter)
    if METRICS not in manifest.files:
        return TuningSummary(folder=name, adapter=adapter, curve=(), fingerprint=manifest.fingerprint)
    _verify(path, manifest, METRICS)
    curve = tuple(_read_curve(path / METRICS))
    return TuningSummary(folder=name, adapter=adapter, curve=curve, fingerprint=manifest.fingerprint)


class _Logged(msgspec.Struct):
    """One line of the training log; its other keys are the tuner's business."""

    step: int | None = None
    loss: float | None = None
    learning_rate: float | None = None
    validation_loss: float | None = None


def _read_curve(path: Path) -> Iterator[CurvePoint]:
    decoder = msgspec.json.Decoder(_Logged)
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                logged = decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise Damaged(f"{path}:{number}", f"must be a logged step, but {error}", "Tune again") from error
            if logged.step is not None and logged.loss is not None:
                yield CurvePoint(
                    step=logged.step,
                    loss=logged.loss,
                    learning_rate=logged.learning_rate,
                    validation_loss=logged.validation_loss,
                )


def _result(path: Path, manifest: Manifest, kind: type[R]) -> R:
    try:
        return msgspec.convert(manifest.result, kind)
    except msgspec.ValidationError as error:
        problem = f"its manifest must hold a result of its kind, but {error}"
        raise Damaged(str(path), problem, "Make the folder again") from error


def _verify(path: Path, manifest: Manifest, *names: str) -> None:
    """Check the files that are read, and only those: a release's shards and an adapter's weights may be large."""
    if missing := [name for name in names if name not in manifest.files]:
        raise Damaged(str(path), f"its manifest must list {missing[0]}, but does not", "Make the folder again")
    files = {name: manifest.files[name] for name in names}
    verify(path, msgspec.structs.replace(manifest, files=files))
