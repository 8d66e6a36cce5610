"""A suite on one model: every item's answer, and the scores over them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.engine.served import Served, is_served, served_digest
from tehon.errors import UsageError
from tehon.evaluate.chosen import mark_chosen
from tehon.evaluate.contamination import Flags, Guard
from tehon.evaluate.jobs import Job, read
from tehon.evaluate.kept import Kept
from tehon.evaluate.planner import Planner, protocol_of
from tehon.evaluate.seeds import with_means
from tehon.evaluate.session import Session
from tehon.evaluate.subject import Subject, Tuned, read_tuned
from tehon.progress import Progress, silent
from tehon.records.evaluation import Suite
from tehon.records.scores import Score, Scores
from tehon.storage.atomic import write_bytes
from tehon.storage.items import ITEMS, item_writer
from tehon.storage.manifest import (
    file_sha256,
    fingerprint,
    finish,
    finished,
    plain,
    pretty,
    records_sha256,
    result,
    verify,
)
from tehon.storage.provenance import processor, provenance
from tehon.storage.raw import files_of

SCORES = "scores.json"


class Loader(Protocol):
    """Where models come from."""

    def digest(self, subject: Subject) -> str:
        """sha256 over what the base is made of, known without loading it."""

    def load(self, subject: Subject) -> Model:
        """The subject, ready to answer."""


class Engine:
    """Models on servers, and with torch behind them, which is imported only when one is asked for. It is a `Loader`."""

    def digest(self, subject: Subject) -> str:
        """Of configuration, tokenizer and weights, as they lie on the disk; of a server's model its address."""
        if is_served(subject.base):
            if subject.adapter:
                raise UsageError("--adapter", "must have a base that can be loaded, but it is a server", "Leave it out")
            return served_digest(subject.base)
        from tehon.engine.load import base_digest  # noqa: PLC0415 - torch takes seconds to import

        return base_digest(subject.base, allow_bin=subject.allow_bin)

    def load(self, subject: Subject) -> Model:
        """The base in its precision, with its adapter."""
        if is_served(subject.base):
            return Served(subject.base)
        from tehon.engine.load import load  # noqa: PLC0415 - likewise

        return load(subject.base, adapter=subject.adapter, precision=subject.precision, allow_bin=subject.allow_bin)


@dataclass(frozen=True, slots=True)
class InMemory:
    """A model that somebody has made already, whatever the subject says. It is a `Loader`."""

    model: Model

    def digest(self, subject: Subject) -> str:
        """The model's own."""
        del subject
        return self.model.digest

    def load(self, subject: Subject) -> Model:
        """The model."""
        del subject
        return self.model


ENGINE = Engine()


def evaluate(
    suite: Suite,
    subject: Subject,
    out: Path,
    *,
    raw: Path | None = None,
    progress: Progress = silent,
    loader: Loader = ENGINE,
) -> Scores:
    """The scores of one model on one suite; `out` then holds `items.parquet`, `scores.json` and the manifest.

    What is wrong with the suite or the data is found before the model is loaded. The same call on a finished folder
    answers from it and loads none; a killed run continues with the first chunk of items that it had not finished.

    Args:
        suite: what is asked.
        subject: who is asked.
        out: a new folder, or one of the same evaluation.
        raw: the folder of raw folders, one a task.
        progress: is told about every item.
        loader: makes the model.

    Raises:
        UsageError: the suite cannot be run as it is, or `out` holds another result.
        DataError: raw files are missing, damaged or too small.
        Damaged: `out` is finished, but a file in it is not as it was written.
        Contaminated: the model was tuned on items of a task that the suite does not allow.
        ModelError: the model cannot be loaded, or answers with NaN.
    """
    run = plan(suite, subject, raw, loader)
    done = finished(out, "scores", fingerprint(run.config, run.inputs))
    if not done:
        return run.write(loader.load(subject), out, progress)
    verify(out, done)
    return result(done, Scores)


def plan(suite: Suite, subject: Subject, raw: Path | None, loader: Loader) -> "Run":
    """Everything that can be known before the model is loaded."""
    tuned = read_tuned(subject)
    jobs = Planner(raw, tuned.template).plan(suite)
    inputs = {"base": loader.digest(subject), **tuned.inputs, **item_digests(jobs)}
    told = Guard(jobs, suite.allow_contamination, raw).of_model(subject)
    return Run(suite=suite, subject=subject, tuned=tuned, jobs=jobs, told=told, inputs=inputs)


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation, ready to start.

    Attributes:
        suite: what is asked.
        subject: who is asked.
        tuned: what its adapter says about itself.
        jobs: the suite's lines.
        told: task -> what its scores say of the data that the model was tuned on.
        inputs: name -> digest of everything that is read.
    """

    suite: Suite
    subject: Subject
    tuned: Tuned
    jobs: Sequence[Job]
    told: Flags
    inputs: dict[str, str]

    @property
    def config(self) -> dict[str, Any]:
        """Everything that was chosen, for the manifest."""
        return {
            "suite": plain(self.suite),
            "protocols": {job.protocol.name: plain(job.protocol) for job in self.jobs},
            "frames": {f"{job.task.name}/{job.template}": plain(job.frame) for job in self.jobs},
            "base": self.subject.base,
            "model": self.subject.title,
            "precision": self.subject.precision,
            "told": {task: list(flags) for task, flags in self.told.items()},
        }

    def write(self, model: Model, out: Path, progress: Progress) -> Scores:
        """Answer what no earlier run has answered, score it, and finish the folder."""
        started = monotonic()
        kept = Kept(out)
        # The files do not say which precision `auto` comes to on this machine; the loaded model does.
        session = Session(model, kept, {**self.inputs, "model": model.digest})
        positions = sum(session.ask(job, progress) for job in self.jobs)
        with item_writer(out / ITEMS) as rows:
            lines = [self._told(score) for job in self.jobs for score in session.score(job, self.tuned, rows)]
        names = (self.subject.title, self.subject.base, self.tuned.base)
        found = self.scores(model, mark_chosen(tuple(with_means(lines)), self.suite, names), positions)
        write_bytes(out / SCORES, pretty(found))
        kept.clear()
        made = provenance(machine=processor(), wall_seconds=round(monotonic() - started, 3))
        finish(out, "scores", config=self.config, inputs=self.inputs, result=found, provenance=made)
        return found

    def _told(self, score: Score) -> Score:
        return replace(score, flags=(*score.flags, *self.told.get(score.task, ())))

    def scores(self, model: Model, scores: tuple[Score, ...], positions: int) -> Scores:
        """The scores with what must be known to read them."""
        return Scores(
            model=self.subject.title,
            base=self.tuned.base or self.subject.base,
            model_digest=model.digest,
            adapter=self.tuned.fingerprint,
            adapter_template=self.tuned.template,
            recipe=self.tuned.recipe,
            seed=self.tuned.seed,
            suite=self.suite,
            protocol=protocol_of(self.suite),
            scores=scores,
            positions=positions,
            items=sum(len(job.draw.places) for job in self.jobs),
            stand_ins={job.name: job.stand_in for job in self.jobs if job.stand_in},
        )


def item_digests(jobs: Iterable[Job]) -> dict[str, str]:
    """Name -> sha256 of every file that items or shots come from, and of the items of embedded tasks."""
    digests: dict[str, str] = {}
    for job in jobs:
        if job.task.embedded:
            digests[f"items/{job.task.name}"] = records_sha256(read(job.task, None, job.split))
        shots_folder = f"shots_from/{job.cell.shots_from}" if job.cell.shots_from else f"raw/{job.task.name}"
        for found, folder in ((job.file, f"raw/{job.task.name}"), (job.shots_file, shots_folder)):
            for file, path in files_of(found).items() if found else ():
                name = f"{folder}/{file}"
                if name not in digests:
                    digests[name] = file_sha256(path)
    return digests
