"""One model answering one job after the other, and the scores of what it answered."""

import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain

import msgspec
from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.engine.served import Served
from tehon.errors import EmptyData
from tehon.evaluate import choice, correlation, extraction, generation, perplexity
from tehon.evaluate.fit import fit, parts_cut
from tehon.evaluate.jobs import Job, Way
from tehon.evaluate.kept import Chunk, Kept
from tehon.evaluate.lengths import Ruler
from tehon.evaluate.requests import Asked, ask_all, chunks, ready, token_digest
from tehon.evaluate.seen import Seen
from tehon.evaluate.subject import Tuned
from tehon.progress import Progress
from tehon.records.evaluation import TaskKind
from tehon.records.prompt import Template
from tehon.records.requests import Request
from tehon.records.scores import ItemResult, Score
from tehon.storage.items import ItemWriter

CHUNK_ITEMS = 256
"""Items between two files of kept answers: what a killed run loses at most, and how often progress is told."""
SERVED_ITEMS = 8
"""The same for a model on a server, whose answers cost more than a file."""


class Kind(typing.Protocol):
    """What a kind of task does; each is a module."""

    def requests(self, one: Asked, way: Way) -> list[Request]:
        """What the model is asked about one item."""

    def answer(self, asked: Sequence[Asked], way: Way, model: Model) -> Iterator[ItemResult]:
        """One result an item, in order; each item has its requests."""

    def score(self, results: Iterable[ItemResult]) -> Iterator[Score]:
        """The scores over all results of a job."""


KINDS: Mapping[TaskKind, Kind] = {
    "choice": choice,
    "correlation": correlation,
    "extraction": extraction,
    "generation": generation,
    "perplexity": perplexity,
}


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
        self.items = SERVED_ITEMS if isinstance(model, Served) else CHUNK_ITEMS

    def key(self, job: Job) -> str:
        """Names the job's folder, and everything that decides its answers."""
        parts = [self.inputs, job.protocol, job.cell, job.template, job.frame, job.shots, job.seed, self.items]
        digest = sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()
        return f"{job.task.name}-{job.template}-{job.shots}-{digest[:16]}"

    def ask(self, job: Job, progress: Progress, mine: Callable[[int], bool] = lambda _: True) -> int:
        """Answer every item that no earlier run has answered; the positions that all of them took.

        Args:
            job: a line of the suite.
            progress: is told about every chunk.
            mine: which of its chunks are answered here.
        """
        key, kind = self.key(job), KINDS[job.task.kind]
        positions = 0
        seen = Seen()
        with progress(job.title, sum(size for number, size in self._sizes(job) if mine(number)), "items") as advance:
            asked = ask_all(job, job.items(), job.pool(), self.model.chat)
            for number, some in enumerate(chunks(asked, self.items)):
                if not mine(number):
                    continue
                chunk = ready(some, kind.requests, job.way, self.model)
                tokens = token_digest(request for one in chunk for request in one.requests)
                found = self.kept.find(key, number, tokens)
                if not found:
                    found = self._answer(job, chunk, seen, tokens)
                    self.kept.keep(key, number, found)
                if job.task.kind == "perplexity":
                    seen.learn(found.results)
                advance(len(chunk))
                positions += found.positions
        return positions

    def answered(self, job: Job) -> bool:
        """Whether every item of a job has been answered, here or elsewhere."""
        return all(self.kept.has(self.key(job), number) for number, _ in self._sizes(job))

    def _sizes(self, job: Job) -> Iterator[tuple[int, int]]:
        """Number and items of every chunk of a job."""
        total = len(job.draw.places)
        return enumerate(min(self.items, total - start) for start in range(0, total, self.items))

    def _answer(self, job: Job, chunk: Sequence[Asked], seen: Seen, tokens: str) -> Chunk:
        before = self.model.positions
        kind = KINDS[job.task.kind]
        fitted = fit(chunk, job.way, kind.requests, self.model)
        asked = [one for one in fitted if not one.blank.skipped]
        if job.task.kind == "perplexity":
            seen.learn(kind.answer(seen.fresh(asked), job.way, self.model))
            results = iter(seen.recall(asked))
        else:
            results = kind.answer(asked, job.way, self.model)
        whole = tuple(one.blank if one.blank.skipped else self._told(next(results), one, job.way) for one in fitted)
        return Chunk(tokens=tokens, positions=self.model.positions - before, results=whole)

    def _told(self, result: ItemResult, one: Asked, way: Way) -> ItemResult:
        """The result with what was cut, and the length of the prompt with all of its shots."""
        cut = parts_cut(result, one, way, self.model)
        return replace(result, cut=cut, prompt_tokens=max(result.prompt_tokens, one.tokens))

    def score(self, job: Job, tuned: Tuned, rows: ItemWriter) -> Iterator[Score]:
        """The job's scores; its results are written on the way.

        Raises:
            EmptyData: every item was skipped.
        """
        ruler = Ruler(tuned.sequence_length, self.model.context_length)
        results = ruler.watch(_written(self.kept.results(self.key(job)), rows))
        first = next(results, None)
        if first is None:
            problem = f"must leave an item to score, but all are longer than {self.model.context_length} tokens"
            raise EmptyData(job.title, problem, "Take fewer shots, or cut on the left")
        found = list(KINDS[job.task.kind].score(chain([first], results)))
        lengths = ruler.lengths()
        for each in found:
            told = (*each.flags, *ruler.flags(), *flags(job, tuned))
            yield replace(each, seed=job.seed, flags=told, lengths=lengths)


def flags(job: Job, tuned: Tuned) -> Iterator[str]:
    """What else a reader must know; a task's own prompt version is nobody's template."""
    if job.stand_in:
        yield "stand-in"
    if tuned.template and isinstance(job.frame, Template) and job.template != tuned.template:
        yield "other_template"
    if job.draw.replaced:
        yield f"own_shot:{len(job.draw.replaced)}"
    if job.other_data:
        yield "other_data"


def _written(results: Iterable[ItemResult], rows: ItemWriter) -> Iterator[ItemResult]:
    for result in results:
        rows.write(result)
        yield result
