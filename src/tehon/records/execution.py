"""What an executor is: it runs tasks somewhere, and outlives the workers that die on them.

Only names and small byte strings travel, never examples. A task writes its results by rename and can be run again, so
an executor may run it more than once; it answers for each task exactly once.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from typing import Protocol

from tehon.records.record import Record

TRIES = 3
"""How often a task may take its worker down before it is given up."""
Work = Callable[[bytes], bytes]
"""A function of a module, so that another process can import it; errors for the user are part of its answer."""
Died = str
"""How a worker ended that had a task, in words."""
Once = Callable[[Mapping[str, bytes], int], Generator[tuple[str, bytes | Died], None, None]]
"""Takes tasks and a number of workers; begins each task once, and gives its answer or how its worker died."""


class Crashed(Record, kw_only=True):
    """A task that took its worker down every time.

    Attributes:
        tries: how often.
        how: what is known of the last time, such as a signal; one line.
    """

    tries: int
    how: str


Answers = Generator[tuple[str, bytes | Crashed], None, None]
"""Each task's name with its answer, as soon as it is there, in any order; closing it ends what is still under way."""


class Run(Protocol):
    """Takes the function, the tasks (name -> argument, in the order in which they should start) and how many at a time.

    `gpus` says how many a task needs where the executor gives them out; where there are none at all it gets none.
    """

    def __call__(self, work: Work, tasks: Mapping[str, bytes], workers: int, *, gpus: int = 0) -> Answers:
        """The answers."""


class Executor(Record, kw_only=True):
    """One way to run tasks.

    Attributes:
        name: the file's name on the shelf.
        title: one line for the docs.
        run: runs tasks.
    """

    name: str
    title: str
    run: Run


def persist(once: Once, tasks: Mapping[str, bytes], workers: int) -> Answers:
    """The answers; a task whose worker died is tried again after all the others.

    The last try is made alone: where memory runs out, the system may end a worker that does no harm, but what dies
    alone has nobody else to blame.
    """
    left = dict(tasks)
    for tries in range(1, TRIES + 1):
        again = {}
        with closing(once(left, workers if tries < TRIES else 1)) as answers:
            for name, answer in answers:
                if isinstance(answer, bytes):
                    yield name, answer
                elif tries < TRIES:
                    again[name] = left[name]
                else:
                    yield name, Crashed(tries=tries, how=answer)
        left = again
