"""Ray Core: tasks on a Ray cluster, or on a local one that is started for them.

The nodes of a cluster must have this package installed, and any other whose sources are used, and must see the folders
of the build under the same paths.
"""

import logging
import re
from collections import deque
from collections.abc import Generator, Mapping
from functools import partial
from typing import Any

from tehon.errors import PackageMissing, UsageError
from tehon.records.execution import Answers, Died, Executor, Work, persist

STORE_BYTES = 100 * 2**20
"""Ray's shared memory; only names and short answers travel."""
COLOUR = re.compile(r"\x1b\[\d+m")
Ray = Any
"""The module, which is imported only where it is needed."""
Remote = Any
"""A function as Ray knows it."""


def run(work: Work, tasks: Mapping[str, bytes], workers: int, *, gpus: int = 0) -> Answers:
    """The answers; up to `workers` tasks are under way at a time.

    They run where this process is connected to Ray already, else on the cluster of `RAY_ADDRESS` or of the last
    `ray start` on this machine, else on a local one of `workers` cores. What was begun for them ends with them.

    Raises:
        PackageMissing: Ray is not installed.
        UsageError: the cluster does not answer.
        Exception: what `work` raised, with the worker's traceback as a note.
    """
    try:
        import ray  # noqa: PLC0415 - an extra
    except ImportError as error:
        problem = "needs the package ray, which is not installed"
        raise PackageMissing("executor ray", problem, "Run pip install 'tehon[ray]'") from error
    guest = ray.is_initialized()
    if not guest:
        _connect(ray, workers)
    try:
        needs = {"num_gpus": gpus if ray.cluster_resources().get("GPU") else 0, "max_retries": 0}
        # Ray can try again by itself, but would not say so.
        yield from persist(partial(_once, ray, ray.remote(**needs)(work)), tasks, workers)
    finally:
        if not guest:
            ray.shutdown()


def _connect(ray: Ray, workers: int) -> None:
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        try:
            ray.init(num_cpus=max(1, workers), object_store_memory=STORE_BYTES, include_dashboard=False, **quiet)
        except ValueError:  # how Ray says that there is a cluster already, whose size is not ours to choose
            ray.init(**quiet)
    except ConnectionError as error:
        problem = f"must reach its cluster, but Ray says: {error}"
        raise UsageError("executor ray", problem, "Look at RAY_ADDRESS, or run ray stop") from error


def _once(
    ray: Ray, function: Remote, tasks: Mapping[str, bytes], most: int
) -> Generator[tuple[str, bytes | Died], None, None]:
    waiting = deque(tasks)
    flying: dict[Any, str] = {}
    try:
        while waiting or flying:
            while waiting and len(flying) < max(1, most):
                name = waiting.popleft()
                flying[function.remote(tasks[name])] = name
            [reference], _ = ray.wait(list(flying))
            yield flying.pop(reference), _answer(ray, reference)
    finally:
        for reference in flying:
            ray.cancel(reference, force=True)


def _answer(ray: Ray, reference: Any) -> bytes | Died:  # noqa: ANN401
    errors = ray.exceptions
    try:
        answer: bytes = ray.get(reference)
    except errors.RayTaskError as error:
        error.cause.add_note("In a worker:\n" + COLOUR.sub("", str(error)))
        raise error.cause from None
    except (
        errors.WorkerCrashedError,
        errors.NodeDiedError,
        errors.LocalRayletDiedError,
        errors.OutOfMemoryError,
        errors.ObjectLostError,
    ) as death:
        return str(death).partition(".")[0]
    return answer


EXECUTOR = Executor(name="ray", title="as Ray tasks, on a cluster or on a local one that is started for them", run=run)
