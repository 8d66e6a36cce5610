"""The talk's page, and its answers as a stream of JSON lines."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tehon.errors import TehonError, UnknownName, UsageError
from tehon.evaluate.talk import Talker
from tehon.records.corpus import Turn
from tehon.records.record import Record
from tehon.records.requests import Completion, Generation
from tehon.web.limits import Limits, Refused, body
from tehon.web.render import page
from tehon.web.stage import Piece, Stage

LONGEST_ANSWER = 2048
LINES = "application/x-ndjson"


class Asked(Record, kw_only=True):
    """What the page sends.

    Attributes:
        messages: all that was said, perhaps with a system prompt in front; the last is the user's.
        template: the frame.
        adapted: with the adapter.
        max_new_tokens: at most.
        temperature: 0 takes the most likely token each time.
        repetition_penalty: 1 is none.
        seed: of the draw.
    """

    messages: tuple[Turn, ...]
    template: str = ""
    adapted: bool = True
    max_new_tokens: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_ANSWER)] = 256
    temperature: Annotated[float, msgspec.Meta(ge=0, le=10)] = 0.0
    repetition_penalty: Annotated[float, msgspec.Meta(ge=0.1, le=10)] = 1.0
    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**53)] = 0

    @property
    def settings(self) -> Generation:
        """How the answer is chosen."""
        return Generation(
            context="",
            max_new_tokens=self.max_new_tokens,
            temperature=self.temperature,
            repetition_penalty=self.repetition_penalty,
            seed=self.seed,
        )


class Line(Record, kw_only=True, omit_defaults=True):
    """One line of the stream; only what it tells stands in it.

    Attributes:
        prompt: what the model reads, to the letter.
        text: a piece of the answer.
        finish: how the answer ended.
        tokens: of the answer.
        truncated: tokens of the prompt that were cut on the left.
        error: why there is no more.
    """

    prompt: str | None = None
    text: str | None = None
    finish: Literal["end", "stop", "length"] | None = None
    tokens: int | None = None
    truncated: int = 0
    error: str | None = None


class Chat:
    """The page over one loaded model.

    Args:
        talker: who answers.
        stage: where answers grow.
        limits: how much may be sent.
    """

    def __init__(self, talker: Talker, stage: Stage, limits: Limits) -> None:
        """Nobody talks yet."""
        self._talker = talker
        self._limits = limits
        self._stage = stage

    @property
    def routes(self) -> list[Route]:
        """Where the pages lie."""
        return [
            Route("/chat", self.show, methods=["GET"]),
            Route("/chat/answer", self.answer, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page."""
        asked = Asked(messages=(), template=self._talker.template)
        values = {"talker": self._talker, "asked": asked, "limits": self._limits, "longest": LONGEST_ANSWER}
        return page(request, "chat.html.jinja", values)

    async def answer(self, request: Request) -> Response:
        """An answer while it grows: the exact prompt, pieces of text, and how it ended, a JSON line each."""
        asked = self._asked(await body(request, self._limits.body_bytes))
        try:
            prompt = await self._stage.ask(lambda: self._talker.prompt(asked.messages, asked.template, asked.settings))
        except (UsageError, UnknownName) as error:
            raise Refused(400, "bad_request") from error
        except TehonError as error:
            return Response(_encoded(Line(error=str(error))), media_type=LINES)
        pieces = self._talker.answer(asked.messages, asked.template, asked.settings, adapted=asked.adapted)
        return StreamingResponse(_growing(prompt, self._stage.play(pieces)), media_type=LINES)

    def _asked(self, sent: bytes) -> Asked:
        try:
            asked = msgspec.json.decode(sent, type=Asked)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refused(400, "bad_request") from error
        most = self._limits.prompt_bytes
        if any(len(turn.content.encode()) > most for turn in asked.messages if turn.role != "assistant"):
            raise Refused(413, "too_long", most)
        return asked


async def _growing(prompt: str, pieces: AsyncIterator[Piece]) -> AsyncIterator[bytes]:
    yield _encoded(Line(prompt=prompt))
    async for piece in pieces:
        yield _encoded(_line(piece))


def _line(piece: Piece) -> Line:
    if isinstance(piece, TehonError):
        return Line(error=str(piece))
    if isinstance(piece, Completion):
        return Line(finish=piece.finish, tokens=piece.tokens, truncated=piece.truncated)
    return Line(text=piece)


def _encoded(line: Line) -> bytes:
    return msgspec.json.encode(line) + b"\n"
