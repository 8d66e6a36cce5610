"""Items × frame × shots → what the model reads."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice
from math import isfinite

import msgspec
from msgspec.structs import replace

from tehon.engine.protocol import Model
from tehon.errors import NotFinite
from tehon.evaluate.jobs import Frame, Job, Way
from tehon.prompts import ChatTemplate, few_shot, few_shot_template, render
from tehon.records.corpus import Example, Turn
from tehon.records.evaluation import Item, TaskPrompt
from tehon.records.prompt import Template
from tehon.records.record import Record
from tehon.records.requests import Generation, Loglikelihood, Request, Scored
from tehon.records.scores import ItemResult


class Asked(Record, kw_only=True):
    """One item, ready to be asked.

    Attributes:
        item: what is asked.
        shown: its shots.
        blank: its result as far as it is known before the model answers.
        requests: what the model is asked about it, once that is known.
        tokens: of its longest prompt, where it had to be shortened; else 0.
    """

    item: Item
    shown: tuple[Item, ...] = ()
    blank: ItemResult
    requests: tuple[Request, ...] = ()
    tokens: int = 0

    @property
    def likelihoods(self) -> list[Loglikelihood]:
        """The requests for a log-likelihood."""
        return [request for request in self.requests if isinstance(request, Loglikelihood)]

    @property
    def writings(self) -> list[Generation]:
        """The requests for an answer."""
        return [request for request in self.requests if isinstance(request, Generation)]


Ask = Callable[[Asked, Way], list[Request]]
"""What a model is asked about one item."""


def ask_all(
    job: Job, items: Iterable[tuple[int, Item]], shots: Mapping[int, Item], chat: ChatTemplate | None
) -> Iterator[Asked]:
    """Every item with its shots in its frame, in order.

    Args:
        job: which items have which shots, and the frame.
        items: index in the upstream file and item.
        shots: index in the shots' file and item.
        chat: the tokenizer's chat template.
    """
    for place, item in items:
        shown = tuple(shots[index] for index in job.draw.shots.get(place, ()))
        blank = ItemResult(
            item=item.example.id,
            task=job.name,
            template=job.template,
            shots=job.shots,
            seed=job.seed,
            shot_ids=tuple(shot.example.id for shot in shown),
            instruction=item.example.instruction,
            input=item.example.input,
            context=context(job.frame, item, shown, chat),
        )
        yield Asked(item=item, shown=shown, blank=blank)


def context(frame: Frame, item: Item, shots: tuple[Item, ...], chat: ChatTemplate | None = None) -> str:
    """What the model reads before it answers one item.

    Raises:
        ModelError: the frame is the tokenizer's chat template, and it has none.
    """
    if isinstance(frame, TaskPrompt):
        return few_shot(frame, item, shots)
    if shots and frame.kind == "strings":
        return few_shot_template(frame, item, shots)
    history = (*(turn for shot in shots for turn in _turns(shot)), *item.example.history)
    return render(frame, replace(item.example, history=history), chat=chat, respond=False).text


def description(frame: Frame) -> str:
    """What stands once, before shots and query."""
    return frame.description if isinstance(frame, TaskPrompt) else ""


def stops(frame: Frame) -> tuple[str, ...]:
    """What ends a generated answer: what would stand before the next shot, or what the template names."""
    return frame.stop or (frame.separator,) if isinstance(frame, TaskPrompt) else frame.stop


def special(frame: Frame) -> bool:
    """Whether what a frame renders means the special tokens in it: the tokenizer's own chat template does."""
    return isinstance(frame, Template) and frame.kind == "chat"


def turn_of(example: Example) -> Turn:
    """What the user says, where instruction and input are one text."""
    asked = f"{example.instruction}\n\n{example.input}" if example.input else example.instruction
    return Turn(role="user", content=asked)


def _turns(shot: Item) -> tuple[Turn, Turn]:
    return turn_of(shot.example), Turn(role="assistant", content=shot.example.response)


def ready(asked: Sequence[Asked], ask: Ask, way: Way, model: Model) -> list[Asked]:
    """The items with what the model is asked about each, in its tokens: nothing of it is ever encoded again."""
    wanted = [[replace(request, item=one.blank.item) for request in ask(one, way)] for one in asked]
    read = iter(model.read([request for some in wanted for request in some], way.protocol))
    return [replace(one, requests=tuple(islice(read, len(some)))) for one, some in zip(asked, wanted, strict=True)]


def size(request: Request) -> int:
    """Tokens of a request before any cut; 0 where only somebody else knows them."""
    return len(request.spelling.ids) if request.spelling else 0


def token_digest(requests: Iterable[Request]) -> str:
    """sha256 over the tokens of these requests; where only somebody else knows them, over the requests themselves."""
    return sha256(msgspec.json.Encoder().encode_lines([one.spelling or one for one in requests])).hexdigest()


def to_write(context: str, most: int, way: Way) -> Generation:
    """Asks for an answer of at most so many tokens, in the way of a job."""
    return Generation(
        context=context,
        stop=stops(way.frame),
        max_new_tokens=min(most, way.cell.max_new_tokens),
        repetition_penalty=way.cell.repetition_penalty,
        temperature=way.protocol.temperature,
        top_p=way.protocol.top_p,
        seed=way.protocol.writing_seed,
        special=special(way.frame),
    )


def chunks(asked: Iterator[Asked], size: int) -> Iterator[list[Asked]]:
    """Lists of `size` items, the last perhaps shorter."""
    while head := list(islice(asked, size)):
        yield head


def finite(scored: Scored, blank: ItemResult) -> Scored:
    """The same answer.

    Raises:
        NotFinite: it is NaN or infinite; a score of it would be a made-up number.
    """
    if isfinite(scored.logprob) and isfinite(scored.end_logprob or 0.0):
        return scored
    problem = f"a log-likelihood must be finite, but is {scored.logprob} (end token: {scored.end_logprob})"
    raise NotFinite(f"item {blank.item}", problem, "Look for broken weights, or try precision fp32")
