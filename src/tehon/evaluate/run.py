"""A suite on one model: every item's answer, and the scores over them."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.errors import UsageError
from tehon.evaluate.chosen import mark_chosen
from tehon.evaluate.contamination import Flags, Guard
from tehon.evaluate.jobs import Job, read
from tehon.evaluate.kept import Kept
from tehon.evaluate.loader import ENGINE, Loader
from tehon.evaluate.planner import Planner, protocol_of
from tehon.evaluate.seeds import with_means
from tehon.evaluate.session import Session
from tehon.evaluate.share import WHOLE, Share
from tehon.evaluate.subject import Subject, Tuned, read_tuned
from tehon.progress import Progress, silent
from tehon.records.evaluation import Suite
from tehon.records.files import Manifest
from tehon.records.scores import Score, Scores
from tehon.storage.alone import alone_in
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
WAIT_SECONDS = 0.2
"""Between two looks for the answers of others."""


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
    done = run.done(out)
    if not done:
        return run.write(loader.load(subject), out, progress)
    verify(out, done)
    return result(done, Scores)


def evaluate_share(  # noqa: PLR0913 - as above
    suite: Suite,
    subject: Subject,
    out: Path,
    share: Share,
    *,
    raw: Path | None = None,
    progress: Progress = silent,
    loader: Loader = ENGINE,
) -> Scores | None:
    """Answers one of several shares; the scores, where all others are there, too.

    Processes that see the same folders need not know each other: each keeps its answers in `out`, and whoever finds
    that none is missing scores them. Where one died, the same call for its share goes on, or one for the whole. The
    result is the same for any number of shares, but for `positions`: where identical pairs of question and answer lie
    in several shares, each of them asks.

    Args:
        suite: what is asked.
        subject: who is asked.
        out: a new folder, or one of the same evaluation.
        share: what is answered here.
        raw: the folder of raw folders, one a task.
        progress: is told about every item of the share.
        loader: makes the model.

    Raises:
        UsageError, DataError, ModelError: as `evaluate`.
    """
    if share == WHOLE:
        return evaluate(suite, subject, out, raw=raw, progress=progress, loader=loader)
    run = plan(suite, subject, raw, loader)
    if done := run.done(out):
        return result(done, Scores) if share.scores else None
    return run.share(loader.load(subject), out, progress, share)


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

    def done(self, out: Path) -> Manifest | None:
        """The manifest of this evaluation; None where it is not finished."""
        return finished(out, "scores", fingerprint(self.config, self.inputs))

    def answer(self, model: Model, out: Path, progress: Progress, share: Share) -> None:
        """Answer a share of what no earlier run has answered."""
        session = self._session(model, Kept(out))
        for place, job in enumerate(self.jobs):
            # Every job begins with another share, for many have one chunk.
            session.ask(job, progress, partial(share.has, first=place))

    def answered(self, model: Model, out: Path) -> bool:
        """Whether nothing is missing, whoever answered."""
        session = self._session(model, Kept(out))
        return all(session.answered(job) for job in self.jobs)

    def share(self, model: Model, out: Path, progress: Progress, share: Share) -> Scores | None:
        """Answer a share, and score where nothing is missing then; None where it is, or where another one scores."""
        self.answer(model, out, progress, share)
        while share.waits and not self.answered(model, out):
            sleep(WAIT_SECONDS)
        if not share.scores or not self.answered(model, out):
            return None
        with ExitStack() as held:
            try:
                held.enter_context(alone_in(out, "tehon evaluate", "take another --out"))
            except UsageError:
                return None  # another share has found the same, and is scoring
            done = self.done(out)
            return result(done, Scores) if done else self.write(model, out, progress)

    def write(self, model: Model, out: Path, progress: Progress) -> Scores:
        """Answer what no earlier run has answered, score it, and finish the folder."""
        started = monotonic()
        kept = Kept(out)
        session = self._session(model, kept)
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

    def _session(self, model: Model, kept: Kept) -> Session:
        # The files do not say which precision `auto` comes to on this machine; the loaded model does.
        return Session(model, kept, {**self.inputs, "model": model.digest})

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
