"""One model answering one job after the other, and the scores of what it answered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

import msgspec
from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.evaluate import choice, generation, perplexity
from tehon.evaluate.jobs import Job
from tehon.evaluate.kept import Chunk, Kept
from tehon.evaluate.requests import Asked, ask_all, chunks
from tehon.evaluate.subject import Tuned
from tehon.progress import Progress
from tehon.records.prompt import Template
from tehon.records.scores import ItemResult, Score
from tehon.storage.items import ItemWriter

CHUNK_ITEMS = 64
"""Items between two files of kept answers: what a killed run loses at most, and how often progress is told."""


class Session:
    """A model with a memory.

    Args:
        model: who answers.
        kept: where finished chunks lie.
        inputs: name -> digest of everything that decides the answers.
    """

    def __init__(self, model: Model, kept: Kept, inputs: Mapping[str, str]) -> None:
        """Ask nothing yet."""
        self.model = model
        self.kept = kept
        self.inputs = dict(inputs)

    def key(self, job: Job) -> str:
        """Names the job's folder, and everything that decides its answers."""
        parts = [self.inputs, job.protocol, job.cell, job.template, job.frame, job.shots, CHUNK_ITEMS]
        digest = sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()
        return f"{job.task.name}-{job.template}-{job.shots}-{digest[:16]}"

    def ask(self, job: Job, progress: Progress) -> int:
        """Answer every item that no earlier run has answered; the positions that all of them took."""
        key = self.key(job)
        positions = 0
        with progress(job.title, len(job.draw.places), "items") as advance:
            asked = ask_all(job, job.items(), job.pool(), self.model.chat)
            for number, chunk in enumerate(chunks(asked, CHUNK_ITEMS)):
                found = self.kept.find(key, number)
                if not found:
                    found = self._answer(job, chunk)
                    self.kept.keep(key, number, found)
                advance(len(chunk))
                positions += found.positions
        return positions

    def _answer(self, job: Job, chunk: Sequence[Asked]) -> Chunk:
        before = self.model.positions
        results = tuple(self._results(job, chunk))
        return Chunk(positions=self.model.positions - before, results=results)

    def _results(self, job: Job, chunk: Sequence[Asked]) -> Iterator[ItemResult]:
        if job.task.kind == "choice":
            return choice.answer(chunk, job.frame, self.model, job.protocol)
        if job.task.kind == "perplexity":
            return perplexity.answer(chunk, job.frame, self.model, job.protocol)
        return generation.answer(chunk, job.frame, job.cell, self.model)

    def score(self, job: Job, tuned: Tuned, rows: ItemWriter) -> Iterator[Score]:
        """The job's scores; its results are written on the way."""
        seen = Lengths(tuned.sequence_length)
        results = seen.watch(_written(self.kept.results(self.key(job)), rows))
        score = {"choice": choice.score, "perplexity": perplexity.score, "generation": generation.score}
        for found in list(score[job.task.kind](results)):
            yield replace(found, flags=(*found.flags, *seen.flags(), *flags(job, tuned)))


class Lengths:
    """Counts items that are too long for something, as they pass by.

    Args:
        trained: the longest prompt that the adapter was tuned on, in tokens; None for a base.
    """

    def __init__(self, trained: int | None) -> None:
        """Count nothing yet."""
        self.trained = trained
        self.over_training = 0
        self.over_context = 0

    def watch(self, results: Iterable[ItemResult]) -> Iterator[ItemResult]:
        """The same results."""
        for result in results:
            self.over_training += self.trained is not None and result.prompt_tokens > self.trained
            self.over_context += result.truncated > 0
            yield result

    def flags(self) -> Iterator[str]:
        """The paper's * and †, computed."""
        if self.over_training:
            yield f"over_training_length:{self.over_training}"
        if self.over_context:
            yield f"over_context:{self.over_context}"


def flags(job: Job, tuned: Tuned) -> Iterator[str]:
    """What else a reader must know; a task's own prompt version is nobody's template."""
    if job.stand_in:
        yield "stand-in"
    if tuned.template and isinstance(job.frame, Template) and job.template != tuned.template:
        yield "other_template"


def _written(results: Iterable[ItemResult], rows: ItemWriter) -> Iterator[ItemResult]:
    for result in results:
        rows.write(result)
        yield result
