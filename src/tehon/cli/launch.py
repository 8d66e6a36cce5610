"""Starts the same command again as several processes, under a launcher such as `torchrun`."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import msgspec
import typer

from tehon.cli.console import complain
from tehon.errors import UsageError
from tehon.records.record import Record

FOLDER = "TEHON_LAUNCHED"
"""Names the folder in which the processes leave a word for the one that started them all."""
OPTION = "--launch"
WORD = "left.json"
DIED = "a process died without a word. What is finished is kept, and the same command goes on from there"


class Left(Record):
    """Why the first process that left did so.

    Attributes:
        code: its exit code.
        message: for the user; empty where the code says it all.
    """

    code: int
    message: str = ""


def launch(words: str) -> None:
    """Run this very command under a launcher, to its end.

    Its exit code is that of the processes, not the launcher's own. A first Ctrl-C or SIGTERM is passed on, so that
    they save and stop; a second one kills them.

    Args:
        words: the launcher with its options, such as `torchrun --nproc_per_node 2`; empty starts nothing.

    Raises:
        UsageError: there is no such launcher.
        Exit: the processes have left.
    """
    if not words:
        return
    command = [*_launcher(words), "-m", "tehon", *without_option(sys.argv[1:])]
    with TemporaryDirectory(prefix="tehon-") as name:
        folder = Path(name)
        # In a session of its own, so that Ctrl-C comes once, and from here.
        process = subprocess.Popen(  # noqa: S603 - the user's own words, and no shell reads them
            command, env=os.environ | {FOLDER: name}, start_new_session=True
        )
        with _passing_on(process, folder):
            code = process.wait()
        left = _read(folder) or Left(code=code if code >= 0 else 128 - code, message=DIED)
    if left.code and left.message:
        complain(left.message)
    raise typer.Exit(left.code)


def without_option(arguments: Sequence[str]) -> list[str]:
    """The arguments without `--launch` and its value."""
    kept = list(arguments)
    for place, argument in enumerate(arguments):
        if argument == OPTION:
            del kept[place : place + 2]
            break
        if argument.startswith(f"{OPTION}="):
            del kept[place]
            break
    return kept


def is_first() -> bool:
    """Whether this is the only process of the command, or the first of several: the one that speaks."""
    return os.environ.get("RANK", "0") == "0"


def sign_in() -> None:
    """Let whoever started this process know that it is there."""
    if is_launched():
        (Path(os.environ[FOLDER]) / f"{os.getpid()}.process").touch()


def is_launched() -> bool:
    """Whether another `tehon` started this process, and will say what there is to say."""
    return FOLDER in os.environ


def leave_word(code: int, message: str = "") -> None:
    """Tell whoever started this process why it leaves; the first word counts."""
    folder = Path(os.environ[FOLDER])
    partial = folder / f"{os.getpid()}.{WORD}"
    partial.write_bytes(msgspec.json.encode(Left(code=code, message=message)))
    if not (folder / WORD).exists():
        partial.replace(folder / WORD)


def _launcher(words: str) -> list[str]:
    """The launcher's words; its program is the one beside this Python, else the one on the path.

    Raises:
        UsageError: there is none.
    """
    try:
        split = shlex.split(words)
    except ValueError as error:
        raise UsageError(OPTION, f"must be a command line, but {error}", "Close the quotation") from error
    beside = str(Path(sys.executable).parent)
    found = split and (shutil.which(split[0], path=beside) or shutil.which(split[0]))
    if not found:
        problem = f"must start with a program that can be run, got {words!r}"
        raise UsageError(OPTION, problem, 'Try --launch "torchrun --nproc_per_node 2"')
    return [found, *split[1:]]


@contextmanager
def _passing_on(process: subprocess.Popen[bytes], folder: Path) -> Iterator[None]:
    asked = False

    def pass_on(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        del frame
        started = [int(path.stem) for path in folder.glob("*.process")]
        # To the processes themselves, for a launcher that is asked to stop gives them little time to save.
        for each in started if started and not asked else [*started, process.pid]:
            _send(each, signal.SIGKILL if asked else number)
        asked = True

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _send(process: int, number: int) -> None:
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return


def _read(folder: Path) -> Left | None:
    path = folder / WORD
    return msgspec.json.decode(path.read_bytes(), type=Left) if path.exists() else None
