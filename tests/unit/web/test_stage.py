"""Answers at once: so many, and nobody who reads slowly holds a place."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from tehon.errors import NotFinite
from tehon.web.limits import Refused
from tehon.web.stage import Piece, Stage


def slow(count: int, seconds: float = 0.01, taken: list[int] | None = None) -> Iterator[str]:
    for number in range(count):
        time.sleep(seconds)
        if taken is not None:
            taken.append(number)
        yield str(number)


async def heard(stream: AsyncIterator[Piece]) -> list[Piece]:
    return [piece async for piece in stream]


def run(story: Callable[[Stage], Awaitable[None]], places: int = 2) -> None:
    async def told() -> None:
        await story(Stage(places))

    asyncio.run(told())


def test_pieces_come_in_order() -> None:
    async def story(stage: Stage) -> None:
        assert await heard(stage.play(slow(5))) == list("01234")

    run(story)


def test_more_answers_than_places_are_refused_until_one_has_ended() -> None:
    async def story(stage: Stage) -> None:
        playing = [stage.play(slow(5)) for _ in range(2)]
        with pytest.raises(Refused) as refused:
            stage.play(slow(5))
        assert (refused.value.status, refused.value.amount) == (429, 2)
        for stream in playing:
            await heard(stream)
        assert await heard(stage.play(slow(1))) == ["0"]

    run(story)


def test_a_listener_that_takes_nothing_frees_the_place_when_the_answer_has_ended() -> None:
    async def story(stage: Stage) -> None:
        asleep = [stage.play(slow(5)) for _ in range(2)]
        await asyncio.sleep(0.5)
        assert await heard(stage.play(slow(2))) == ["0", "1"]
        assert await heard(asleep[0]) == list("01234")

    run(story)


def test_whoever_stops_listening_stops_the_answer() -> None:
    taken: list[int] = []

    async def story(stage: Stage) -> None:
        stream = stage.play(slow(1000, taken=taken))
        async for piece in stream:
            if piece == "2":
                break
        await stream.aclose()  # type: ignore[attr-defined]
        await asyncio.sleep(0.1)
        so_far = len(taken)
        await asyncio.sleep(0.2)
        assert len(taken) == so_far < 20
        assert await heard(stage.play(slow(1))) == ["0"]

    run(story, places=1)


def test_an_error_of_the_model_is_the_last_piece() -> None:
    def broken() -> Iterator[str]:
        yield "はい"
        raise NotFinite("request 0", "its logits must be finite, but are not")

    async def story(stage: Stage) -> None:
        first, last = await heard(stage.play(broken()))
        assert first == "はい"
        assert isinstance(last, NotFinite)

    run(story)
