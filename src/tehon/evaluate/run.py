"""A suite on one model: every item's answer, and the scores over them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec

from tehon.engine.protocol import Model
from tehon.evaluate.jobs import Job, Planner, read
from tehon.evaluate.kept import Kept
from tehon.evaluate.session import Session
from tehon.evaluate.subject import Subject, Tuned, read_tuned
from tehon.progress import Progress, silent
from tehon.recipes import PROTOCOLS
from tehon.records.evaluation import Score, Scores, Suite
from tehon.storage.atomic import atomic_path, write_bytes
from tehon.storage.manifest import file_sha256, fingerprint, finish, finished, plain, pretty, result
from tehon.storage.provenance import processor, provenance

ITEMS = "items.jsonl"
SCORES = "scores.json"

Loader = Callable[[Subject], Model]
"""Loads what is evaluated."""


def load_model(subject: Subject) -> Model:
    """A model with torch behind it, which is imported only now."""
    from tehon.engine.load import load  # noqa: PLC0415 - torch takes seconds to import

    return load(subject.base, adapter=subject.adapter, precision=subject.precision)


def evaluate(
    suite: Suite,
    subject: Subject,
    out: Path,
    *,
    raw: Path | None = None,
    progress: Progress = silent,
    load: Loader = load_model,
) -> Scores:
    """The scores of one model on one suite; `out` then holds `items.jsonl`, `scores.json` and the manifest.

    What is wrong with the suite or the data is found before the model is loaded. The same call on a finished
    folder answers from it; a killed run continues with the first chunk of items that it had not finished.

    Args:
        suite: what is asked.
        subject: who is asked.
        out: a new folder, or one of the same evaluation.
        raw: the folder of raw folders, one a task.
        progress: is told about every item.
        load: makes the model.

    Raises:
        UsageError: the suite cannot be run as it is, or `out` holds another result.
        DataError: raw files are missing, damaged or too small.
        ModelError: the model cannot be loaded, or answers with NaN.
    """
    tuned = read_tuned(subject.adapter)
    jobs = Planner(raw, tuned.template).plan(suite)
    run = Run(suite=suite, subject=subject, tuned=tuned, jobs=jobs, model=load(subject))
    done = finished(out, "scores", fingerprint(run.config, run.inputs))
    return result(done, Scores) if done else run.write(out, progress)


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation, ready to start.

    Attributes:
        suite: what is asked.
        subject: who is asked.
        tuned: what its adapter says about itself.
        jobs: the suite's lines.
        model: the subject, loaded.
    """

    suite: Suite
    subject: Subject
    tuned: Tuned
    jobs: Sequence[Job]
    model: Model

    @property
    def config(self) -> dict[str, Any]:
        """Everything that was chosen, for the manifest."""
        return {
            "suite": plain(self.suite),
            "protocols": {job.protocol.name: plain(job.protocol) for job in self.jobs},
            "frames": {f"{job.task.name}/{job.template}": plain(job.frame) for job in self.jobs},
            "base": self.subject.base,
            "model": self.subject.title,
        }

    @property
    def inputs(self) -> dict[str, str]:
        """Name -> digest of everything that is read."""
        return {"model": self.model.digest, "adapter": self.tuned.fingerprint, **item_digests(self.jobs)}

    def write(self, out: Path, progress: Progress) -> Scores:
        """Answer what no earlier run has answered, score it, and finish the folder."""
        started = monotonic()
        inputs = self.inputs
        kept = Kept(out)
        session = Session(self.model, kept, inputs)
        positions = sum(session.ask(job, progress) for job in self.jobs)
        with atomic_path(out / ITEMS) as partial, partial.open("wb") as lines:
            scores = tuple(score for job in self.jobs for score in session.score(job, self.tuned, lines))
        found = self.scores(scores, positions)
        write_bytes(out / SCORES, pretty(found))
        kept.clear()
        made = provenance(machine=processor(), wall_seconds=round(monotonic() - started, 3))
        finish(out, "scores", config=self.config, inputs=inputs, result=found, provenance=made)
        return found

    def scores(self, scores: tuple[Score, ...], positions: int) -> Scores:
        """The scores with what must be known to read them."""
        return Scores(
            model=self.subject.title,
            base=self.subject.base,
            model_digest=self.model.digest,
            adapter=self.tuned.fingerprint,
            adapter_template=self.tuned.template,
            suite=self.suite,
            protocol=PROTOCOLS.open(self.suite.protocol),
            scores=scores,
            positions=positions,
            items=sum(len(job.draw.places) for job in self.jobs),
            stand_ins={job.task.name: job.stand_in for job in self.jobs if job.stand_in},
        )


def item_digests(jobs: Iterable[Job]) -> dict[str, str]:
    """Name -> sha256 of every file that items or shots come from, and of the items of embedded tasks."""
    digests: dict[str, str] = {}
    for job in jobs:
        if job.task.embedded:
            items = list(read(job.task, None))
            digests[f"items/{job.task.name}"] = sha256(msgspec.json.encode(items)).hexdigest()
        for file in (job.file, job.shots_file):
            name = f"raw/{job.task.name}/{file.name}" if file else ""
            if file and name not in digests:
                digests[name] = file_sha256(file)
    return digests
