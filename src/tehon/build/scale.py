"""Where a build's jobs run, and what becomes of those that die."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from tehon.build.outcome import result
from tehon.errors import DataError
from tehon.executors import EXECUTORS
from tehon.records.execution import Crashed, Work
from tehon.records.record import Record

R = TypeVar("R", bound=Record)
AUTO = "auto"
SMALL_BYTES = 32 * 2**20
"""Raw files of this size are read before another process has started."""
CRASHED = "crashed"
"""Folder, within the results, of jobs that were given up."""


class Scale(Record, kw_only=True):
    """How a build is spread.

    Attributes:
        executor: a name on the shelf of executors; `auto` takes processes where the raw files are worth them.
        workers: jobs at a time; 0 means one a core.
        work: where finished jobs are kept for the next build; None keeps them in the release's folder until it is done.
        rank: which share of the jobs is done here, from 0.
        world: into how many shares they are divided.
    """

    executor: str = AUTO
    workers: Annotated[int, msgspec.Meta(ge=0)] = 0
    work: Path | None = None
    rank: Annotated[int, msgspec.Meta(ge=0)] = 0
    world: Annotated[int, msgspec.Meta(ge=1)] = 1


def run_jobs(
    work: Work, jobs: Mapping[str, bytes], scale: Scale, kind: type[R], done: Callable[[str, R], object]
) -> None:
    """Run jobs until each has answered, died too often, or failed.

    Args:
        work: what runs them.
        jobs: name for messages -> argument; longest first is fastest.
        scale: where.
        kind: of their results.
        done: told of each result.

    Raises:
        TehonError: a job's error; the others are stopped.
        DataError: a job took its worker down every time; the others have finished.
    """
    given_up: dict[str, Crashed] = {}
    executor = EXECUTORS[scale.executor]
    for name, said in executor.run(work, jobs, scale.workers):
        if isinstance(said, Crashed):
            given_up[name] = said
        else:
            done(name, result(said, kind))
    for name, crash in given_up.items():
        problem = f"took its worker down {crash.tries} times ({crash.how}) and was given up; the rest is finished"
        raise DataError(name, problem, "Look at its raw files, or leave the source out")


def settled(scale: Scale, raw_bytes: int) -> Scale:
    """The scale with an executor and a number of workers."""
    workers = scale.workers or len(os.sched_getaffinity(0))
    small = raw_bytes < SMALL_BYTES or workers == 1
    executor = scale.executor if scale.executor != AUTO else "serial" if small else "processes"
    return msgspec.structs.replace(scale, executor=executor, workers=workers)
