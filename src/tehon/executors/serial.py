"""In this process, one task after the other: nothing to start, nothing to lose but everything at once.

A task that takes its process down takes the build down with it; what was finished is kept for the next.
"""

from collections.abc import Mapping

from tehon.records.execution import Answers, Executor, Work


def run(work: Work, tasks: Mapping[str, bytes], workers: int, *, gpus: int = 0) -> Answers:
    """The answers in the order of the tasks, each with all that the machine has."""
    del workers, gpus
    for name, argument in tasks.items():
        yield name, work(argument)


EXECUTOR = Executor(name="serial", title="in this process, one task after the other", run=run)
