"""What a command costs with everything that it starts: wall clock, processor time, summed memory. Linux only.

Processor time is what the kernel counts for children that have ended. This process makes itself the reaper of its
grandchildren, so that a worker that outlives its parent is counted, too. Memory is the proportional set size (PSS) of
the whole process tree, sampled: pages that processes share are counted once.
"""

import ctypes
import os
import re
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

SAMPLE_SECONDS = 0.1
SAMPLING_SHARE = 0.05
"""Of one core, at most, that looking may cost: the larger the processes, the longer a look takes."""
SUBREAPER = 36
"""`prctl`'s number of PR_SET_CHILD_SUBREAPER."""
_FIELDS = re.compile(rb"^Pss(_Anon|_Shmem)?: +(\d+) kB", re.MULTILINE)


class Measured(NamedTuple):
    """The cost of one run.

    Attributes:
        wall_seconds: from start to the end of its last process.
        cpu_seconds: user and system time of all its processes.
        peak_bytes: the largest sum of PSS seen.
        own_bytes: the largest sum seen of the part of it that no file backs: without mapped files and programs.
        output: what it printed.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    own_bytes: int
    output: str


def measure(*command: str, environment: dict[str, str] | None = None) -> Measured:
    """Run a command to its end.

    Raises:
        SystemExit: it failed; its own words stand in the message.
    """
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    before, start = _cpu_seconds(), time.perf_counter()
    child = subprocess.Popen(  # noqa: S603 - the commands are this benchmark's own
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | (environment or {})
    )
    watch = _Watch()
    watch.start()
    output, _ = child.communicate()
    _reap()
    wall_seconds = time.perf_counter() - start
    watch.stop()
    if child.returncode:
        sys.exit(f"{' '.join(command)} ended with {child.returncode}:\n{output}")
    return Measured(wall_seconds, _cpu_seconds() - before, watch.peak_bytes, watch.own_bytes, output)


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap() -> None:
    """Wait for what the command left behind."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


class _Watch(threading.Thread):
    """Looks at the memory of all descendants until it is stopped."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak_bytes = self.own_bytes = 0
        self._stopped = threading.Event()

    def run(self) -> None:
        pause_seconds = SAMPLE_SECONDS
        while not self._stopped.wait(pause_seconds):
            start = time.thread_time()
            seen = [_memory(pid) for pid in descendants(os.getpid())]
            self.peak_bytes = max(self.peak_bytes, sum(whole for whole, _ in seen))
            self.own_bytes = max(self.own_bytes, sum(own for _, own in seen))
            pause_seconds = max(SAMPLE_SECONDS, (time.thread_time() - start) / SAMPLING_SHARE)

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def descendants(pid: int) -> list[int]:
    """The processes below one, it left out."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_bytes().rpartition(b")")[2].split()[1])
            except OSError:  # it has ended
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, left = [], [pid]
    while left:
        below = children.get(left.pop(), [])
        found += below
        left += below
    return found


def _memory(pid: int) -> tuple[int, int]:
    """PSS of a process, and the part of it that no file backs, in bytes; nothing where it has ended."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_bytes()
    except OSError:
        return 0, 0
    kib = {kind: int(size) for kind, size in _FIELDS.findall(rollup)}
    return 1024 * kib.get(b"", 0), 1024 * (kib.get(b"_Anon", 0) + kib.get(b"_Shmem", 0))
