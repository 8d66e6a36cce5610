"""Processes of this machine: fresh interpreters, each with one task at a time.

Every worker has a line of its own to the driver, and a line closes when either of its ends dies, however it dies. So
the driver hears of every death and knows the one task that it concerns, the other workers go on with theirs, and no
worker outlives its driver. A pool whose workers share their queues can promise none of these.
"""

import os
import pickle
import sys
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, suppress
from functools import partial
from multiprocessing.connection import Connection, Pipe, wait
from pkgutil import resolve_name
from queue import SimpleQueue
from signal import strsignal
from subprocess import DEVNULL, Popen, TimeoutExpired
from threading import Thread
from traceback import format_exception
from types import TracebackType

from tehon.errors import UsageError
from tehon.records.execution import TRIES, Answers, Died, Executor, Work, persist

START = (
    "import sys; sys.path[:] = sys.argv[3:]; "
    "from tehon.executors.processes import serve; serve(int(sys.argv[1]), sys.argv[2])"
)
ONE_THREAD = {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}
"""For Arrow, NumPy and what is written in Rust: there are already as many workers as there are cores to use."""
STDERR = 2
LOOK_SECONDS = 1.0
"""Between looks for deaths that no line tells of."""
PATIENCE_SECONDS = 10.0
"""Between the end of a worker's line and the end of its process."""


def run(work: Work, tasks: Mapping[str, bytes], workers: int, *, gpus: int = 0) -> Answers:
    """The answers; however the iteration ends, no worker is left.

    Raises:
        TypeError: `work` is no function of a module.
        UsageError: workers die before they can begin.
        Exception: what `work` raised, with the worker's traceback as a note.
    """
    del gpus  # what the machine has, all of its processes see
    yield from persist(partial(_once, _address(work)), tasks, workers)


def _once(function: str, tasks: Mapping[str, bytes], workers: int) -> Generator[tuple[str, bytes | Died], None, None]:
    with closing(_Crew(function, tasks, workers)) as crew:
        yield from crew.answers()


def _address(work: Work) -> str:
    """`module:function`, by which another interpreter finds it."""
    if work.__module__ == "__main__" or "<" in work.__qualname__:
        raise TypeError(f"{work!r} must be a function of a module, for a worker to import it")
    return f"{work.__module__}:{work.__qualname__}"


class _Crew:
    """Up to so many workers, each either starting or at a task; one that has nothing to do is stopped.

    Args:
        function: address of what they run.
        tasks: name -> argument; each is begun once.
        workers: the most at a time; at least one.
    """

    def __init__(self, function: str, tasks: Mapping[str, bytes], workers: int) -> None:
        self._function, self._tasks, self._most = function, tasks, max(1, workers)
        self._waiting = deque(tasks)
        self._workers: dict[Connection, _Worker] = {}
        self._stillborn = 0

    def answers(self) -> Iterator[tuple[str, bytes | Died]]:
        """Each task's name with its answer, or with how its worker died."""
        while self._waiting or self._workers:
            self._hire()
            for worker in self._heard():
                task, said = worker.task, worker.hear()
                if said is not None:
                    self._employ(worker)
                answer = self._bury(worker) if said is None else said
                if task is not None:
                    yield task, answer

    def _hire(self) -> None:
        starting = sum(worker.task is None for worker in self._workers.values())
        for _ in range(min(self._most - len(self._workers), len(self._waiting) - starting)):
            worker = _Worker(self._function)
            self._workers[worker.line] = worker

    def _heard(self) -> "list[_Worker]":
        """Workers that have spoken or died; a child that one has left behind may keep its line from closing."""
        lines = wait(list(self._workers), LOOK_SECONDS)
        return [worker for line, worker in self._workers.items() if line in lines or worker.process.poll() is not None]

    def _employ(self, worker: "_Worker") -> None:
        """Give it the next task, or stop it where there is none; its last one has been answered."""
        if worker.task is not None:
            self._stillborn = 0
        worker.task = None
        if not self._waiting:
            self._workers.pop(worker.line).stop()
        elif worker.take(self._tasks[self._waiting[0]]):
            worker.task = self._waiting.popleft()

    def _bury(self, worker: "_Worker") -> Died:
        how = self._workers.pop(worker.line).fate()
        self._stillborn += worker.task is None
        if self._stillborn == TRIES * self._most:
            problem = f"its workers die before they begin ({how})"
            raise UsageError("executor processes", problem, "Free memory, or take fewer --workers")
        return how

    def close(self) -> None:
        """Stop every worker, whatever it is at."""
        for worker in self._workers.values():
            worker.process.kill()
        for worker in self._workers.values():
            worker.stop()


class _Worker:
    """A fresh interpreter, in a process group of its own, so that Ctrl-C is the driver's alone to hear.

    Attributes:
        line: to and from it.
        task: the one that it is at.
    """

    def __init__(self, function: str) -> None:
        self.task: str | None = None
        self.line, far = Pipe()
        with far:
            command = [sys.executable, "-c", START, str(far.fileno()), function, *sys.path]
            self.process = Popen(  # noqa: S603 - our own words
                command,
                stdin=DEVNULL,
                stdout=STDERR,
                pass_fds=[far.fileno()],
                process_group=0,
                env=os.environ | ONE_THREAD,
            )

    def take(self, argument: bytes) -> bool:
        """Hand it a task; False where it has died since it last spoke."""
        try:
            self.line.send_bytes(argument)
        except OSError:
            return False
        return True

    def hear(self) -> bytes | None:
        """What it says: nothing when it is ready, then one answer after the other; None where it has died.

        Raises:
            BaseException: what `work` raised.
        """
        try:
            said: bytes | BaseException | None = self.line.recv() if self.line.poll() else None
        except (EOFError, OSError):
            return None
        if isinstance(said, BaseException):
            raise said
        return said

    def fate(self) -> Died:
        """How it died."""
        with suppress(TimeoutExpired):
            self.process.wait(PATIENCE_SECONDS)
        self.stop()
        code = self.process.returncode
        if code < 0:
            return f"the worker was ended by signal {-code}, {strsignal(-code)}"
        return f"the worker exited with status {code}"

    def stop(self) -> None:
        """End it at once: what a task has written counts only once it is renamed."""
        self.process.kill()
        self.process.wait()
        self.line.close()


def serve(handle: int, function: str) -> None:
    """Answer one task after the other until the driver is gone; all that a worker does.

    Args:
        handle: file descriptor of its end of the line.
        function: address of what answers.
    """
    os.set_inheritable(handle, False)  # noqa: FBT003 - the system's signature
    line = Connection(handle)
    sys.excepthook = partial(_report, line)
    arguments: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(line, arguments), daemon=True).start()
    work: Work = resolve_name(function)
    line.send(b"")
    while True:
        line.send(work(arguments.get()))


def _listen(line: Connection, arguments: "SimpleQueue[bytes]") -> None:
    """Take in tasks, also while one is worked on: this is how a worker hears that its driver is gone."""
    with suppress(EOFError, OSError):
        while True:
            arguments.put(line.recv_bytes())
    os._exit(1)


def _report(line: Connection, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """Send the driver what ends this worker, in place of printing it."""
    text = "".join(format_exception(error))
    error.add_note(f"In a worker:\n{text}")
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except (pickle.PickleError, TypeError, AttributeError):
        error = RuntimeError(text)  # it cannot travel, but what it says can
    with suppress(OSError):
        line.send(error)


EXECUTOR = Executor(name="processes", title="in processes of this machine, which are replaced when they die", run=run)
