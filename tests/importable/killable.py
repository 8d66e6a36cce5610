"""What workers do in tests, and what the tests see of it.

Fresh interpreters must be able to import it, so it lies in a folder of its own to put on their path.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_SECONDS = 60.0


def reverse(argument: bytes) -> bytes:
    return argument[::-1]


def process(_argument: bytes) -> bytes:
    return str(os.getpid()).encode()


def threads(_argument: bytes) -> bytes:
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and every worker of a test imports this file

    return str(pa.cpu_count()).encode()


def talk(argument: bytes) -> bytes:
    sys.stdout.write(argument.decode())
    return argument


def misread(argument: bytes) -> bytes:
    raise UnicodeDecodeError("utf-8", argument, 0, 1, "invalid start byte")


def fail_beyond_pickling(argument: bytes) -> bytes:
    raise ValueError("no number", lambda: argument)


def leave(_argument: bytes) -> bytes:
    sys.exit(5)


def die_often(argument: bytes) -> bytes:
    """Die the first times it is begun; `argument` is a file to count in, how often to die, and the way."""
    file, times, way = argument.decode().split("\n")
    with Path(file).open("a", encoding="ascii") as tally:
        tally.write(".")
    if Path(file).stat().st_size <= int(times):
        if way == "exit":
            os._exit(7)
        os.kill(os.getpid(), signal.Signals[way])
    return b"alive"


def die_as_a_parent(_argument: bytes) -> bytes:
    """Die, and leave a child behind that holds every file open."""
    if os.fork() == 0:
        time.sleep(3)
        os._exit(0)
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def wait_for_go(argument: bytes) -> bytes:
    """Say in the folder of `argument` that it has begun, and wait until there is a file `go`; answer its name.

    Raises:
        InterruptedError: it is called `broken`; this is raised once another has begun.
    """
    path = Path(argument.decode())
    path.with_name(f"{path.name}-{os.getpid()}.begun").touch()
    if path.name == "broken":
        begun(path.parent, 2)
        raise InterruptedError
    until(path.with_name("go").exists)
    return path.name.encode()


def begun(folder: Path, number: int) -> list[int]:
    """The processes of the tasks that wait in `folder`, or waited there, once there are so many."""
    until(lambda: len(list(folder.glob("*.begun"))) >= number)
    return [int(path.stem.rpartition("-")[2]) for path in folder.glob("*.begun")]


def gone(process: int) -> bool:
    """Whether a process ends, within some seconds."""
    try:
        until(lambda: not alive(process))
    except TimeoutError:
        return False
    return True


def alive(process: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition.

    Raises:
        TimeoutError: it does not come.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)
