"""A prompt that a person types, answered by base and tuned model at once, and judged blind."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from typing import NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tehon.errors import TehonError
from tehon.evaluate.talk import Talker
from tehon.records.corpus import Turn
from tehon.records.preferences import Matchup
from tehon.records.record import Record
from tehon.records.requests import Completion, Generation
from tehon.storage.votes import VoteFile
from tehon.web.chat import LINES
from tehon.web.deal import cast, now, sides
from tehon.web.forms import Ballot, Undoing, check_length, form, onward, voter_name
from tehon.web.limits import Limits, Refused, body
from tehon.web.render import page
from tehon.web.stage import Piece, Stage

TASK = "live"
SETTINGS = Generation(context="", max_new_tokens=256)
"""Both answer by the most likely token, so that nothing but the model is compared."""
REMEMBERED = 1_000
"""Answers that can still be judged; those that were asked for longest ago are forgotten."""
SIDES = ("a", "b")


class Asked(Record, kw_only=True):
    """What the page sends: who asks, and what."""

    name: str
    prompt: str


class Line(Record, kw_only=True, omit_defaults=True):
    """One line of the stream; only what it tells stands in it.

    Attributes:
        side: whose text it is, `a` or `b`.
        text: a piece of that answer.
        matchup: the key of both answers, once they are whole.
        error: why there is no more.
    """

    side: str = ""
    text: str = ""
    matchup: str = ""
    error: str = ""


class Shown(NamedTuple):
    """A matchup, and which of its models one person saw on which side."""

    matchup: Matchup
    order: tuple[int, int]


class Live:
    """The page over one base with its adapter.

    Args:
        talker: both of them.
        stage: where answers grow.
        votes: where verdicts go.
        limits: how much may be sent.
        scripted: whoever votes here is a program.
    """

    def __init__(self, talker: Talker, stage: Stage, votes: VoteFile, limits: Limits, *, scripted: bool) -> None:
        """Nothing was asked."""
        self._talker = talker
        self._stage = stage
        self._votes = votes
        self._limits = limits
        self._scripted = scripted
        self._shown: OrderedDict[tuple[str, str], Shown] = OrderedDict()

    @property
    def routes(self) -> list[Route]:
        """Where the pages lie."""
        return [
            Route("/live", self.show, methods=["GET"]),
            Route("/live", self.vote, methods=["POST"]),
            Route("/live/answers", self.answers, methods=["POST"]),
            Route("/live/undo", self.undo, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page, empty."""
        said = request.query_params.get("name", "")
        voter = voter_name(said) if said else ""
        judged = [key for who, key in self._shown if who == voter and self._votes.has(who, key)]
        values = {"voter": voter, "judged": len(judged), "last": self._votes.last(voter, judged)}
        return page(request, "live.html.jinja", {**values, "limits": self._limits, "talker": self._talker})

    async def answers(self, request: Request) -> Response:
        """Both answers while they grow, then the key to judge them by, a JSON line each."""
        sent = await body(request, self._limits.body_bytes)
        try:
            asked = msgspec.json.decode(sent, type=Asked)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refused(400, "bad_request") from error
        voter, prompt = voter_name(asked.name), check_length(asked.prompt, self._limits)
        if not prompt:
            raise Refused(400, "bad_request")
        if self._stage.free < len(SIDES):
            raise Refused(429, "too_many_answers", self._limits.generations)
        order = sides(voter, prompt)
        turns = [Turn(role="user", content=prompt)]
        streams = [self._stage.play(self._talker.answer(turns, "", SETTINGS, adapted=bool(side))) for side in order]
        return StreamingResponse(self._growing(voter, prompt, order, streams), media_type=LINES)

    async def _growing(
        self, voter: str, prompt: str, order: tuple[int, int], streams: Sequence[AsyncIterator[Piece]]
    ) -> AsyncIterator[bytes]:
        whole = {}
        async for place, piece in together(streams):
            if isinstance(piece, TehonError):
                yield _encoded(Line(error=str(piece)))
                return
            if isinstance(piece, Completion):
                whole[order[place]] = piece.text
            else:
                yield _encoded(Line(side=SIDES[place], text=piece))
        key = self._remember(voter, prompt, order, (whole[0], whole[1]))
        yield _encoded(Line(matchup=key))

    def _remember(self, voter: str, prompt: str, order: tuple[int, int], answers: tuple[str, str]) -> str:
        """The key of what was answered."""
        models = self._talker.models
        item = _digest(prompt, answers)
        key = _digest(item, models)
        matchup = Matchup(key=key, task=TASK, item=item, prompt=prompt, models=models, answers=answers)
        self._shown[voter, key] = Shown(matchup, order)
        self._shown.move_to_end((voter, key))
        if len(self._shown) > REMEMBERED:
            self._shown.popitem(last=False)
        return key

    async def vote(self, request: Request) -> Response:
        """Keep a verdict, and make room for the next prompt."""
        ballot = await form(request, Ballot, self._limits)
        reason, voter = check_length(ballot.reason, self._limits), voter_name(ballot.name)
        if not (shown := self._shown.get((voter, ballot.matchup))):
            raise Refused(400, "bad_request")
        vote = cast(shown.matchup, shown.order, voter, ballot.choice, reason, scripted=self._scripted)
        await asyncio.to_thread(self._votes.add, vote)
        return onward("/live", voter)

    async def undo(self, request: Request) -> Response:
        """Take a verdict back."""
        undoing = await form(request, Undoing, self._limits)
        voter = voter_name(undoing.name)
        if (voter, undoing.matchup) in self._shown:
            await asyncio.to_thread(self._votes.retract, voter, undoing.matchup, now())
        return onward("/live", voter)


async def together(streams: Sequence[AsyncIterator[Piece]]) -> AsyncIterator[tuple[int, Piece]]:
    """What several streams bring, as it comes, each with the place of its stream."""
    ready: asyncio.Queue[tuple[int, Piece | None]] = asyncio.Queue()

    async def listen(place: int, stream: AsyncIterator[Piece]) -> None:
        async for piece in stream:
            ready.put_nowait((place, piece))
        ready.put_nowait((place, None))

    listening = [asyncio.create_task(listen(*each)) for each in enumerate(streams)]
    left = len(listening)
    try:
        while left:
            place, piece = await ready.get()
            if piece is None:
                left -= 1
            else:
                yield place, piece
    finally:
        for task in listening:
            task.cancel()


def _digest(*parts: object) -> str:
    return sha256(msgspec.json.encode(parts)).hexdigest()[:32]


def _encoded(line: Line) -> bytes:
    return msgspec.json.encode(line) + b"\n"
