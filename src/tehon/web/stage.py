"""Answers that grow at the same time, each at its own pace, however slowly somebody listens."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tehon.errors import TehonError
from tehon.records.requests import Completion
from tehon.web.limits import Refused

log = logging.getLogger(__name__)
T = TypeVar("T")
Piece = str | Completion | TehonError


class Stage:
    """Room for so many answers at once.

    Args:
        places: answers.
    """

    def __init__(self, places: int) -> None:
        """All places are free."""
        self._places = places
        self._taken = 0
        self._threads = ThreadPoolExecutor(places + 1, thread_name_prefix="answer")

    @property
    def free(self) -> int:
        """Places."""
        return self._places - self._taken

    async def ask(self, question: Callable[[], T]) -> T:
        """What a function comes to that may wait for the model."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, question)

    def play(self, pieces: Iterator[str | Completion]) -> AsyncIterator[Piece]:
        """The pieces as they come; whoever stops listening stops the answer.

        The answer grows whether its pieces are taken or not, so that a client that reads nothing holds no place for
        longer than the answer takes.

        Raises:
            Refused: no place is free.
        """
        if not self.free:
            raise Refused(429, "too_many_answers", self._places)
        self._taken += 1
        ready: asyncio.Queue[Piece | None] = asyncio.Queue()
        growing = asyncio.create_task(self._grow(pieces, ready))
        growing.add_done_callback(self._leave)
        return _listen(ready, growing)

    def _leave(self, growing: "asyncio.Task[None]") -> None:
        self._taken -= 1
        if not growing.cancelled() and (error := growing.exception()):
            log.error("an answer ended with %r", error)

    async def _grow(self, pieces: Iterator[str | Completion], ready: "asyncio.Queue[Piece | None]") -> None:
        try:
            while (piece := await self.ask(lambda: next(pieces, None))) is not None:
                ready.put_nowait(piece)
        except TehonError as error:
            ready.put_nowait(error)
        finally:
            ready.put_nowait(None)


async def _listen(ready: "asyncio.Queue[Piece | None]", growing: "asyncio.Task[None]") -> AsyncGenerator[Piece, None]:
    try:
        while (piece := await ready.get()) is not None:
            yield piece
        # Whoever has heard the last piece finds the place free.
        await asyncio.wait([growing])
    finally:
        growing.cancel()
