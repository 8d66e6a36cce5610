"""Jobs run one after the other in this process: for small builds, for tests, and for looking at what goes wrong."""

from collections.abc import Iterator, Mapping

from tehon.records.execution import Crashed, Executor, Work


def run(work: Work, tasks: Mapping[str, bytes], workers: int) -> Iterator[tuple[str, bytes | Crashed]]:
    """Every task in its order; a task that takes its worker down takes this process down."""
    del workers
    for name, argument in tasks.items():
        yield name, work(argument)


EXECUTOR = Executor(name="serial", title="one after the other, in this process", run=run)
