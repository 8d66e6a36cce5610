"""What one client may ask for, and how fast."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import Annotated

import msgspec
from starlette.requests import ClientDisconnect, Request

from tehon.records.record import Record

BODY_PER_PROMPT = 32
"""A request may be so many prompts long: a talk with all that was said before."""
PATIENCE_SECONDS = 10.0
"""A request must have arrived whole after so long."""
CLIENTS = 10_000
"""Clients that are told apart; of more, the one that was silent longest is forgotten."""
Positive = Annotated[int, msgspec.Meta(ge=1)]


class Limits(Record, kw_only=True):
    """How much the pages take on.

    Attributes:
        prompt_bytes: the longest text that a person may send, in UTF-8.
        generations: answers that are written at the same time.
        requests_per_second: of one client, its address.
    """

    prompt_bytes: Positive = 8_000
    generations: Positive = 4
    requests_per_second: Positive = 10

    @property
    def body_bytes(self) -> int:
        """The longest request."""
        return BODY_PER_PROMPT * self.prompt_bytes


class Refused(Exception):
    """A request that is not answered as asked; the page says why.

    Args:
        status: HTTP's number.
        word: the sentence's name in `words.py`.
        amount: what the limit is.
    """

    def __init__(self, status: int, word: str, amount: int = 0) -> None:
        """Keep what the page says."""
        super().__init__(status, word, amount)
        self.status, self.word, self.amount = status, word, amount


class Pace:
    """Counts each client's requests: so many a second on average, and as many at once.

    Args:
        per_second: requests.
        clock: seconds.
    """

    def __init__(self, per_second: int, clock: Callable[[], float] = monotonic) -> None:
        """Nobody has asked yet."""
        self.per_second = per_second
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admits(self, client: str) -> bool:
        """Whether this client may ask now; counts as asked."""
        now = self._clock()
        left, last = self._left.pop(client, (float(self.per_second), now))
        left = min(self.per_second, left + (now - last) * self.per_second)
        admitted = left >= 1
        self._left[client] = (left - admitted, now)
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)
        return admitted


async def body(request: Request, most: int) -> bytes:
    """A request's body.

    Raises:
        Refused: it is longer than `most` bytes, it does not arrive in time, or the client went away.
    """
    parts, size = [], 0
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise Refused(413, "too_long", most)
                parts.append(part)
    except TimeoutError as error:
        raise Refused(408, "too_slow") from error
    except ClientDisconnect as error:
        raise Refused(400, "bad_request") from error
    return b"".join(parts)
