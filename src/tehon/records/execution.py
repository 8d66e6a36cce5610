"""What an executor is: it runs tasks somewhere, and outlives the workers that die on them.

Only names and small byte strings travel, never examples. A task writes its results by rename and can be run again, so
an executor may run it more than once; it answers for each task exactly once.
"""

from collections.abc import Callable, Iterator, Mapping

from tehon.records.record import Record

TRIES = 3
"""How often a task may take its worker down before it is given up."""
Work = Callable[[bytes], bytes]
"""A function of a module, so that another process can import it; errors for the user are part of its answer."""


class Crashed(Record, kw_only=True):
    """A task that took its worker down every time.

    Attributes:
        tries: how often.
        how: what is known of the last time, such as a signal; one line.
    """

    tries: int
    how: str


class Executor(Record, kw_only=True):
    """One way to run tasks.

    Attributes:
        name: the file's name on the shelf.
        title: one line for the docs.
        run: takes the function, the tasks (name -> argument, in the order in which they should start) and the number of
            workers; gives each task's name with its answer as soon as it is there, in any order.
    """

    name: str
    title: str
    run: Callable[[Work, Mapping[str, bytes], int], Iterator[tuple[str, bytes | Crashed]]]
