"""All pages as one ASGI application."""

import logging
from collections.abc import Mapping, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tehon.errors import TehonError
from tehon.web.guard import Guard
from tehon.web.limits import Limits, Pace, Refused
from tehon.web.render import ROOMS, refusal, static

log = logging.getLogger(__name__)


def application(rooms: Mapping[str, Sequence[Route]], limits: Limits, token: str = "") -> ASGIApp:
    """The pages behind their guard.

    Args:
        rooms: name -> its routes; the server's bare address leads to the first.
        limits: of what a client may ask for.
        token: that a client must know; empty for everybody on this machine.
    """

    async def lead(request: Request) -> Response:
        del request
        return RedirectResponse(f"/{next(iter(rooms))}", 303)

    always = [Route("/", lead, methods=["GET"]), Route("/static/{name}", static, methods=["GET"])]
    # Starlette's handlers take any exception, each of which is of its own kind.
    handlers = {Refused: _refused, HTTPException: _unknown, TehonError: _broken}
    routes = [*always, *(route for room in rooms.values() for route in room)]
    pages = Starlette(routes=routes, exception_handlers=handlers)  # type: ignore[arg-type]

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        await pages({**scope, ROOMS: tuple(rooms) if len(rooms) > 1 else ()}, receive, send)

    return Guard(named, token, Pace(limits.requests_per_second))


async def _refused(request: Request, refused: Refused) -> Response:
    return refusal(request, refused)


async def _unknown(request: Request, error: HTTPException) -> Response:
    word = "not_here" if error.status_code == 404 else "bad_request"  # noqa: PLR2004 - HTTP's number
    return refusal(request, Refused(error.status_code, word))


async def _broken(request: Request, error: TehonError) -> Response:
    log.error("%s", error)
    return refusal(request, Refused(500, "broken"))
