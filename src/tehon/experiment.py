"""All stages of one comparison: build → tune → evaluate base and tuned models → report.

Every stage has a folder of its own below `out`. Its name carries the hash of what decides its content, so that a
changed recipe or suite makes a new folder beside the old one, and a finished stage is skipped.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from tehon.build.choose import choose_mixture
from tehon.build.pipeline import build
from tehon.errors import UnknownName
from tehon.evaluate.choose import choose_suite
from tehon.evaluate.contamination import Guard
from tehon.evaluate.planner import Planner
from tehon.evaluate.run import evaluate
from tehon.evaluate.subject import Subject
from tehon.progress import Progress, silent
from tehon.recipes import RECIPES
from tehon.records.evaluation import Suite
from tehon.records.record import Record
from tehon.records.reporting import Base, Experiment, Report
from tehon.records.tuning import Recipe
from tehon.report.run import report
from tehon.storage.manifest import MANIFEST, file_sha256, fingerprint, plain, read_manifest
from tehon.storage.shards import read_documents, read_examples

HASH_DIGITS = 8
"""Of a fingerprint in a folder's name: enough to tell a few variants apart; the manifest holds all of it."""


def run_experiment(
    experiment: Experiment, out: Path, *, raw: Path | None = None, progress: Progress = silent
) -> tuple[Report, Path]:
    """Run every stage that is not finished; return the report and its folder.

    Raises:
        UnknownName: it names a mixture, recipe, suite or base that is not there; found before any stage runs.
        Contaminated: the release holds what the suite asks; found before anything is tuned.
    """
    stages = Stages(experiment, out, raw, progress)
    recipes = {key: stages.recipe(key) for key in experiment.tunings}
    suite = choose_suite(experiment.suite)
    release = stages.release()
    if not all((stages.adapter_folder(key, recipe, release) / MANIFEST).is_file() for key, recipe in recipes.items()):
        stages.check(release, suite)
    adapters = {key: stages.adapter(key, recipe, release) for key, recipe in recipes.items()}
    scores = [stages.scores(key, base, suite) for key, base in experiment.bases.items()]
    for key, adapter in adapters.items():
        tuned = msgspec.structs.replace(stages.base(key), title=experiment.tunings[key].title)
        scores.append(stages.scores(key, tuned, suite, adapter))
    return stages.report([*scores, *adapters.values(), release])


@dataclass(frozen=True)
class Stages:
    """One experiment's stages, each giving the folder that it filled."""

    experiment: Experiment
    out: Path
    raw: Path | None
    progress: Progress

    def release(self) -> Path:
        """Build the mixture."""
        mixture = choose_mixture(self.experiment.mixture)
        folder = self._folder("release", mixture)
        build(mixture, self.raw, folder, progress=self.progress)
        return folder

    def check(self, release: Path, suite: Suite) -> None:
        """See, before hours of tuning, that what is tuned on the release may be asked the suite.

        Raises:
            Contaminated: the release holds what a task of the suite asks.
        """
        documents = choose_mixture(self.experiment.mixture).kind == "documents"
        contents = read_documents(release) if documents else read_examples(release)
        jobs = Planner(self.raw, "").plan(suite)
        Guard(jobs, suite.allow_contamination, self.raw).of_contents(contents, release)

    def base(self, key: str) -> Base:
        """The base of a tuning."""
        name = self.experiment.tunings[key].base
        if name not in self.experiment.bases:
            raise UnknownName("base", name, self.experiment.bases)
        return self.experiment.bases[name]

    def recipe(self, key: str) -> Recipe:
        """A tuning's recipe with its changes and its base."""
        tuning = self.experiment.tunings[key]
        changes = tuple(f"{name}={msgspec.json.encode(value).decode()}" for name, value in tuning.changes.items())
        return msgspec.structs.replace(RECIPES.open(tuning.recipe, changes), base=self.base(key).path)

    def adapter(self, key: str, recipe: Recipe, release: Path) -> Path:
        """Tune."""
        from tehon.tune.run import tune  # noqa: PLC0415 - torch is loaded only when it is needed

        folder = self.adapter_folder(key, recipe, release)
        tune(recipe, release, folder, progress=self.progress)
        return folder

    def adapter_folder(self, key: str, recipe: Recipe, release: Path) -> Path:
        """Where a tuning lies, or will."""
        return self._folder(f"adapter-{key}", recipe, release)

    def scores(self, key: str, model: Base, suite: Suite, adapter: Path | None = None) -> Path:
        """Evaluate a base, or under its own title what was tuned: an adapter over it, or a model of its own."""
        folder = self._folder(f"scores-{key}", suite, model, *((adapter,) if adapter else ()))
        subject = Subject(base=model.path, adapter=adapter, name=model.title)
        if adapter and read_manifest(adapter, "adapter", "model").kind == "model":
            subject = Subject(base=str(adapter), name=model.title)
        evaluate(suite, subject, folder, raw=self.raw, progress=self.progress)
        return folder

    def report(self, runs: list[Path]) -> tuple[Report, Path]:
        """Report on everything."""
        folder = self._folder("report", self.experiment, *runs)
        notices = sorted({base.notice for base in self.experiment.bases.values()} - {""})
        notes = (*self.experiment.notes, *notices)
        return report(runs, folder, title=self.experiment.title, notes=notes, progress=self.progress), folder

    def _folder(self, name: str, *decisive: Record | Path) -> Path:
        """A stage's folder, named by the records and finished folders that decide its content."""
        parts = [file_sha256(part / MANIFEST) if isinstance(part, Path) else plain(part) for part in decisive]
        return self.out / f"{name}-{fingerprint({'decided by': parts}, {})[:HASH_DIGITS]}"
