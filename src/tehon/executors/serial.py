"""In this process, one task after the other: nothing to start, nothing to lose but everything at once.

A task that takes its process down takes the build down with it; what was finished is kept for the next.
"""

from collections.abc import Mapping

from tehon.records.execution import Answers, Executor, Work


def run(work: Work, tasks: Mapping[str, bytes], _workers: int) -> Answers:
    """The answers in the order of the tasks."""
    for name, argument in tasks.items():
        yield name, work(argument)


EXECUTOR = Executor(name="serial", title="in this process, one task after the other", run=run)
