"""Two models' answers before a judge model.

Every pair is shown in both orders, and a model is preferred only by a judge that stays with its choice.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import msgspec

from tehon.engine.protocol import Model
from tehon.errors import DataError, UsageError
from tehon.evaluate.intervals import sign_test
from tehon.evaluate.judge_prompt import FRAME, judge_prompt, verdict
from tehon.evaluate.kept import Chunk, Kept
from tehon.evaluate.loader import ENGINE, Loader
from tehon.evaluate.requests import token_digest
from tehon.evaluate.run import SCORES
from tehon.evaluate.subject import Subject
from tehon.progress import Progress, silent
from tehon.recipes import PROTOCOLS
from tehon.records.judging import Judged, Tally
from tehon.records.requests import Completion, Generation
from tehon.records.scores import ItemResult, Scores
from tehon.storage.atomic import write_bytes
from tehon.storage.items import ITEMS, item_writer, read_items
from tehon.storage.manifest import (
    MANIFEST,
    file_sha256,
    fingerprint,
    finish,
    finished,
    pretty,
    read_manifest,
    result,
    verify,
)
from tehon.storage.provenance import processor, provenance

JUDGEMENT = "judgement.json"
MOST_TOKENS = 1024
PAIRS = 4
"""Pairs between two files of kept replies."""
TIE = "tie"
SWAYED = "swayed"
UNCLEAR = ""


class Pair(NamedTuple):
    """Two models' answers to one item."""

    first: ItemResult
    second: ItemResult


def judge(
    first: Path, second: Path, subject: Subject, out: Path, *, progress: Progress = silent, loader: Loader = ENGINE
) -> Judged:
    """Which of two models' generated answers a judge prefers; `out` then holds every question, reply and verdict.

    A run that was stopped goes on where it was; a finished one is read.

    Args:
        first: folder of a finished evaluation with generated answers.
        second: likewise, of the same items.
        subject: the judge, such as `http://localhost:8000/v1#my-judge`.
        out: a new folder, or one of the same run.
        progress: is told about every pair.
        loader: makes the judge.

    Raises:
        UsageError: `out` holds something else, or both evaluations are of one model's name.
        DataError: they hold no answers to the same items, or are not finished.
        ModelError: the judge cannot be had.
    """
    bench = _bench(first, second, subject, loader)
    if done := finished(out, "judgement", fingerprint(bench.config, bench.inputs)):
        return result(done, Judged)
    return bench.sit(loader.load(subject), out, progress)


def _bench(first: Path, second: Path, subject: Subject, loader: Loader) -> "Bench":
    names = tuple(_model(folder) for folder in (first, second))
    if names[0] == names[1]:
        problem = f"must be two models, but both are named {names[0]!r}"
        raise UsageError(str(second), problem, "Evaluate one of them under another --name")
    inputs = {"first": file_sha256(first / MANIFEST), "second": file_sha256(second / MANIFEST)}
    inputs["judge"] = loader.digest(subject)
    return Bench(subject, (names[0], names[1]), _pairs(first, second), inputs)


def _model(folder: Path) -> str:
    manifest = read_manifest(folder, "scores")
    verify(folder, manifest)
    return msgspec.json.decode((folder / SCORES).read_bytes(), type=Scores).model


def _pairs(first: Path, second: Path) -> tuple[Pair, ...]:
    """Both models' answers, wherever both have one, in the order of the first."""
    theirs = {_place(row): row for row in _answers(second)}
    pairs = tuple(Pair(row, theirs[_place(row)]) for row in _answers(first) if _place(row) in theirs)
    if not pairs:
        problem = f"must hold generated answers to the items that {first} has answers to, but holds none"
        raise DataError(str(second), problem, "Evaluate both with the same suite of generation tasks")
    return pairs


def _answers(folder: Path) -> Iterator[ItemResult]:
    """What was generated and is no choice; a further prompt version of the same item is left out."""
    seen: set[tuple[str, int, str, int | None]] = set()
    for row in read_items(folder / ITEMS, ItemResult):
        if row.finish and not row.choices and _place(row) not in seen:
            seen.add(_place(row))
            yield row


def _place(row: ItemResult) -> tuple[str, int, str, int | None]:
    return row.task, row.shots, row.item, row.seed


@dataclass(frozen=True, slots=True)
class Bench:
    """One judge and what it is to judge.

    Attributes:
        subject: the judge.
        names: of the two models.
        pairs: their answers.
        inputs: name -> digest of everything that is read.
    """

    subject: Subject
    names: tuple[str, str]
    pairs: Sequence[Pair]
    inputs: dict[str, str]

    @property
    def config(self) -> dict[str, Any]:
        """Everything that was chosen, for the manifest."""
        return {"judge": self.subject.base, "prompt": FRAME, "max_new_tokens": MOST_TOKENS, "names": list(self.names)}

    def sit(self, model: Model, out: Path, progress: Progress) -> Judged:
        """Ask what no earlier run has asked, count, and finish the folder."""
        started = monotonic()
        kept = Kept(out)
        key = f"judge-{fingerprint(self.config, self.inputs)[:16]}"
        with progress(f"judging as {self.subject.title}", len(self.pairs), "pairs") as advance:
            for number, start in enumerate(range(0, len(self.pairs), PAIRS)):
                some = self.pairs[start : start + PAIRS]
                self._ask(some, model, kept, (key, number))
                advance(len(some))
        with item_writer(out / ITEMS) as rows:
            for row in kept.results(key):
                rows.write(row)
        judged = self._judged(list(kept.results(key)), model)
        write_bytes(out / JUDGEMENT, pretty(judged))
        kept.clear()
        made = provenance(machine=processor(), wall_seconds=round(monotonic() - started, 3))
        finish(out, "judgement", config=self.config, inputs=self.inputs, result=judged, provenance=made)
        return judged

    def _ask(self, pairs: Sequence[Pair], model: Model, kept: Kept, place: tuple[str, int]) -> None:
        """Both orders of some pairs, unless they were asked already."""
        orders = [order for pair in pairs for order in (pair, Pair(pair.second, pair.first))]
        requests = model.read([_request(order, model) for order in orders], PROTOCOLS["tehon"])
        tokens = token_digest(requests)
        if kept.find(*place, tokens):
            return
        replies = model.generate(requests)
        rows = tuple(
            _row(order, request, reply, self.names[:: -1 if number % 2 else 1])
            for number, (order, request, reply) in enumerate(zip(orders, requests, replies, strict=True))
        )
        kept.keep(*place, Chunk(tokens=tokens, positions=0, results=rows))

    def _judged(self, rows: Sequence[ItemResult], model: Model) -> Judged:
        outcomes = [(first.task, first.shots, _outcome(first, second)) for first, second in _both(rows)]
        cells = list(dict.fromkeys((task, shots) for task, shots, _ in outcomes))
        tallies = [
            self._tally(task, shots, [found for *cell, found in outcomes if cell == [task, shots]])
            for task, shots in cells
        ]
        if len(cells) > 1:
            tallies.append(self._tally("", 0, [found for *_, found in outcomes]))
        return Judged(
            judge=self.subject.title,
            judge_digest=model.digest,
            first=self.names[0],
            second=self.names[1],
            prompt=FRAME,
            tallies=tuple(tallies),
        )

    def _tally(self, task: str, shots: int, outcomes: Sequence[str]) -> Tally:
        first, second = (outcomes.count(name) for name in self.names)
        return Tally(
            task=task,
            shots=shots,
            count=len(outcomes),
            first=first,
            second=second,
            ties=outcomes.count(TIE),
            swayed=outcomes.count(SWAYED),
            unclear=outcomes.count(UNCLEAR),
            p_value=sign_test(first, second),
        )


def _request(order: Pair, model: Model) -> Generation:
    """The question, through the judge's own chat template where it has one."""
    asked = judge_prompt(*order)
    chat: Callable[[list[dict[str, str]], bool], str] | None = model.chat
    context = chat([{"role": "user", "content": asked}], True) if chat else asked  # noqa: FBT003 - the tokenizer's own
    return Generation(context=context, max_new_tokens=MOST_TOKENS, special=chat is not None)


def _row(order: Pair, request: Generation, reply: Completion, names: Sequence[str]) -> ItemResult:
    """One question with its reply: `choices` are the models as A and B, `said` is the one preferred, or a tie."""
    letter = verdict(reply.text)
    said = {"A": names[0], "B": names[1], "C": TIE}.get(letter, UNCLEAR)
    return ItemResult(
        item=order.first.item,
        task=order.first.task,
        template="judge",
        shots=order.first.shots,
        seed=order.first.seed,
        instruction=order.first.instruction,
        input=order.first.input,
        category=order.first.category,
        context=request.context,
        choices=tuple(names),
        output=reply.text,
        matched="exact" if letter else "none",
        said=said,
        prediction=said,
        tokens=reply.tokens,
        finish=reply.finish,
        prompt_tokens=reply.prompt_tokens,
        truncated=reply.truncated,
    )


def _both(rows: Iterable[ItemResult]) -> Iterator[tuple[ItemResult, ItemResult]]:
    """The two orders of every pair."""
    stream = iter(rows)
    return zip(stream, stream, strict=True)


def _outcome(one: ItemResult, other: ItemResult) -> str:
    """The name of the model that was preferred twice; a tie, the judge's own or one of changing sides; or unclear."""
    if UNCLEAR in {one.said, other.said}:
        return UNCLEAR
    if one.said == other.said:
        return one.said
    return TIE if TIE in {one.said, other.said} else SWAYED
