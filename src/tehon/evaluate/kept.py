"""Answers kept while an evaluation runs, so that a killed one continues where it was."""

from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import msgspec

from tehon.records.record import Record
from tehon.records.scores import ItemResult
from tehon.storage.atomic import write_bytes

FOLDER = "answers"
"""Beside the results while a run is under way; a finished folder has none."""


class Chunk(Record, kw_only=True):
    """What one call of the model found.

    Attributes:
        tokens: digest of every token that the model was asked about: other tokens are other questions.
        positions: that it took.
        results: item by item.
    """

    tokens: str
    positions: int
    results: tuple[ItemResult, ...]


class Kept:
    """One file a chunk of a job, whole or not there.

    Args:
        out: the folder of the evaluation.
    """

    def __init__(self, out: Path) -> None:
        """Read nothing yet."""
        self.folder = out / FOLDER

    def find(self, job: str, number: int, tokens: str = "") -> Chunk | None:
        """A chunk that an earlier run finished; None where there is none, none that can be read, or another question's.

        Args:
            job: a key over everything that decides the answers.
            number: of the chunk within the job.
            tokens: digest of the tokens that the model would be asked about now; empty takes any.
        """
        try:
            chunk = msgspec.json.decode(self._path(job, number).read_bytes(), type=Chunk)
        except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        return chunk if tokens in {"", chunk.tokens} else None

    def has(self, job: str, number: int) -> bool:
        """Whether there is an answer to a chunk, whatever it was asked."""
        return self._path(job, number).exists()

    def keep(self, job: str, number: int, chunk: Chunk) -> None:
        """Keep a chunk for a later run."""
        write_bytes(self._path(job, number), msgspec.json.encode(chunk))

    def results(self, job: str) -> Iterator[ItemResult]:
        """Every kept result of a job, in order, one chunk in memory."""
        number = 0
        while chunk := self.find(job, number):
            yield from chunk.results
            number += 1

    def clear(self) -> None:
        """Forget everything, once it stands in the results."""
        rmtree(self.folder, ignore_errors=True)

    def _path(self, job: str, number: int) -> Path:
        return self.folder / job / f"{number:05d}.json"
