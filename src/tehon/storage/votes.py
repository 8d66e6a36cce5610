"""The file of votes: one JSON line each, on disk before the next page is shown; what is taken back is another line."""

import fcntl
import logging
import os
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from threading import Lock

import msgspec

from tehon.errors import Damaged, RawFileMissing, UsageError
from tehon.records.preferences import Retraction, Vote
from tehon.storage.atomic import disk_errors

log = logging.getLogger(__name__)


VOTE = msgspec.json.Decoder(Vote)
RETRACTION = msgspec.json.Decoder(Retraction)


def read_votes(path: Path) -> tuple[Vote, ...]:
    """The votes of a file that stand, in the order in which they were cast.

    Of a person's votes on one matchup the first one stands, unless it was taken back; a last line that a crash cut off
    is left out.

    Raises:
        RawFileMissing: there is no such file.
        Damaged: a line is neither a vote nor takes one back.
    """
    if not path.is_file():
        raise RawFileMissing(str(path), "must be a file of votes, but there is none", "Run tehon serve --votes")
    standing: dict[tuple[str, str], Vote] = {}
    for line in _decoded(path, path.read_bytes()):
        if isinstance(line, Vote):
            standing.setdefault((line.voter, line.matchup), line)
        else:
            standing.pop((line.voter, line.retracts), None)
    return tuple(standing.values())


def _decoded(path: Path, content: bytes) -> Iterator[Vote | Retraction]:
    lines = content.split(b"\n")
    if _cut_off(lines[-1]):
        lines.pop()
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _line(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise Damaged(f"{path}:{number}", f"must be a vote, but {error}", "Take the line out") from error


def _line(written: bytes) -> Vote | Retraction:
    return RETRACTION.decode(written) if b'"retracts":' in written else VOTE.decode(written)


def _cut_off(last: bytes) -> bool:
    """Whether what stands behind the last line's end is only a part of a line."""
    try:
        _line(last)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return True
    return False


@contextmanager
def vote_file(path: Path) -> Iterator["VoteFile"]:
    """A file that this process alone adds votes to; what a killed one left of a last line is cut off.

    Args:
        path: made where it is missing.

    Raises:
        UsageError: another process adds to it, or it cannot be written.
        Damaged: it holds something else.
    """
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("ab", buffering=0)
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            problem = "must be written by one server, but another one is at it"
            raise UsageError(str(path), problem, "End that one, or choose another file") from error
        votes = VoteFile(path, stream, read_votes(path))
        with disk_errors(path):
            votes.mend()
        yield votes


class VoteFile:
    """An open file of votes.

    Args:
        path: where it lies.
        stream: open to be appended to, unbuffered.
        cast: the votes that are in it.
    """

    def __init__(self, path: Path, stream: FileIO, cast: Iterable[Vote]) -> None:
        """Remember who has judged what."""
        self._path = path
        self._stream = stream
        self._lock = Lock()
        self._cast: dict[str, dict[str, None]] = {}
        for vote in cast:
            self._remember(vote)

    def add(self, vote: Vote) -> bool:
        """Whether the vote counts, and is on disk now; a person's second vote on the same matchup does neither.

        Raises:
            OutOfDisk: the disk is full; nothing of the vote stays.
        """
        with self._lock:
            if self.has(vote.voter, vote.matchup):
                return False
            self._append(vote)
            self._remember(vote)
            return True

    def retract(self, voter: str, matchup: str, time: str) -> bool:
        """Whether this person had judged this matchup, and has not any more: the disk says so now.

        Raises:
            OutOfDisk: the disk is full; the vote stands.
        """
        with self._lock:
            if not self.has(voter, matchup):
                return False
            self._append(Retraction(voter=voter, retracts=matchup, time=time))
            del self._cast[voter][matchup]
            return True

    def last(self, voter: str, among: Container[str]) -> str | None:
        """Which of these matchups the person judged last; None where it was none of them."""
        return next((key for key in reversed(list(self._cast.get(voter, {}))) if key in among), None)

    def has(self, voter: str, matchup: str) -> bool:
        """Whether this person has judged this matchup."""
        return matchup in self._cast.get(voter, {})

    def mend(self) -> None:
        """See that the next line starts on its own, and that the file's name outlives a crash of the machine."""
        content = self._path.read_bytes()
        last = content.rpartition(b"\n")[2]
        if last and _cut_off(last):
            log.warning("%s: %d bytes of a vote that was cut off are taken away", self._path, len(last))
            os.ftruncate(self._stream.fileno(), len(content) - len(last))
        elif last:
            self._write(b"\n")
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _remember(self, vote: Vote) -> None:
        self._cast.setdefault(vote.voter, {})[vote.matchup] = None

    def _append(self, line: Vote | Retraction) -> None:
        """A whole line, or nothing."""
        with disk_errors(self._path):
            end = os.fstat(self._stream.fileno()).st_size
            try:
                self._write(msgspec.json.encode(line) + b"\n")
            except OSError:
                os.ftruncate(self._stream.fileno(), end)
                raise

    def _write(self, line: bytes) -> None:
        while line:
            line = line[self._stream.write(line) :]
        os.fsync(self._stream.fileno())
