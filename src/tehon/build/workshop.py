"""The jobs of one build, in their two rounds: pieces are sifted, then, once all are there, shards are gathered."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from tehon.build.damage import see_damage, see_empty
from tehon.build.gather import RESULT as GATHERED
from tehon.build.gather import GatherJob, gather
from tehon.build.jobs import gather_jobs, selection_digest, sift_jobs
from tehon.build.piece import Piece, Sifted
from tehon.build.plan import Plan
from tehon.build.scale import Scale, run_jobs
from tehon.build.select import Selection, select
from tehon.build.sift import RESULT as SIFTED
from tehon.build.sift import SiftJob, sift
from tehon.describe.profile import ShardProfile
from tehon.progress import Progress
from tehon.records.execution import Work
from tehon.records.record import Record
from tehon.storage.results import Results

J = TypeVar("J", SiftJob, GatherJob)


class Made(NamedTuple):
    """Everything that a release is put together from, in its order."""

    pieces: list[Piece]
    selection: Selection
    shards: list[GatherJob]


class Share(Record, kw_only=True):
    """What one of several ranks found and did.

    Attributes:
        round: of which jobs: `sift` or `gather`.
        jobs: how many there are in that round, over all ranks.
        done: how many of them this rank has finished just now.
        missing: how many of them nobody has finished yet.
    """

    round: str
    jobs: int
    done: int
    missing: int


class Workshop:
    """Runs the jobs of one build.

    Args:
        plan: what is built.
        results: where finished jobs lie.
        scale: where jobs run, with an executor and a number of workers.
        progress: told of every finished job.
    """

    def __init__(self, plan: Plan, results: Results, scale: Scale, progress: Progress) -> None:
        """Run nothing yet."""
        self.plan, self.results, self.scale, self.progress = plan, results, scale, progress

    def made(self, quarantine: Path) -> Made:
        """Run everything that is not finished.

        Args:
            quarantine: the file to list damaged rows in.

        Raises:
            TehonError: a job failed, or too much is damaged, or a source gave nothing.
        """
        jobs = sift_jobs(self.plan, self.results)
        self._sift(jobs)
        pieces = self._pieces(jobs)
        see_damage(pieces, self.plan, quarantine)
        see_empty(pieces, self.plan)
        selection, shards = self._shards(jobs, pieces)
        self._gather(shards)
        return Made(pieces, selection, shards)

    def share(self) -> Share:
        """Run this rank's share of the first round that is not finished."""
        jobs = sift_jobs(self.plan, self.results)
        if self._missing(SIFTED, jobs):
            done = self._sift(self._mine(jobs))
            return Share(round=SIFTED, jobs=len(jobs), done=done, missing=len(self._missing(SIFTED, jobs)))
        _, shards = self._shards(jobs, self._pieces(jobs))
        done = self._gather(self._mine(shards))
        return Share(round=GATHERED, jobs=len(shards), done=done, missing=len(self._missing(GATHERED, shards)))

    def _mine(self, jobs: Sequence[J]) -> Sequence[J]:
        return jobs[self.scale.rank :: self.scale.world]

    def _missing(self, result: str, jobs: Sequence[J]) -> list[J]:
        return [job for job in jobs if not self.results.has(result, job.digest)]

    def _sift(self, jobs: Sequence[SiftJob]) -> int:
        missing = sorted(self._missing(SIFTED, jobs), key=lambda job: -job.size_bytes)
        self._run("reading", "pieces", sift, missing, Sifted)
        return len(missing)

    def _gather(self, jobs: Sequence[GatherJob]) -> int:
        missing = self._missing(GATHERED, jobs)
        self._run("writing", "shards", gather, missing, ShardProfile)
        return len(missing)

    def _run(self, title: str, unit: str, work: Work, jobs: Sequence[J], kind: type[Record]) -> None:
        if not jobs:
            return
        arguments = {job.name: msgspec.json.encode(job) for job in jobs}
        with self.progress(f"{title} {self.plan.mixture.name}", len(jobs), unit) as advance:
            run_jobs(work, arguments, self.scale, kind, lambda name, _: advance(1, name))

    def _pieces(self, jobs: Sequence[SiftJob]) -> list[Piece]:
        pieces: list[Piece] = []
        for job in jobs:
            last = pieces[-1] if pieces and pieces[-1].source == job.source else None
            offset = last.offset + last.summary.numbered if last else 0
            folder = self.results.place(SIFTED, job.digest)
            pieces.append(Piece(folder, self.plan.mixture.kind, job.source, offset))
        return pieces

    def _shards(self, jobs: Sequence[SiftJob], pieces: Sequence[Piece]) -> tuple[Selection, list[GatherJob]]:
        mixture = self.plan.mixture
        selection = select(pieces, mixture, self.results, selection_digest(mixture, jobs))
        return selection, list(gather_jobs(mixture, pieces, selection, self.results))
