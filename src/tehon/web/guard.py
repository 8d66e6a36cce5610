"""Stands before every page: who may ask, how often, and what browsers may do with the answer."""

from dataclasses import dataclass
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tehon.web.limits import Pace, Refused
from tehon.web.render import refusal

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
COOKIE = "tehon_token"
STATIC = "/static/"
SAFE = frozenset({"GET", "HEAD"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not none, which would take the origin out of forms, by which another site's are known.
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """The pages behind it are asked only by those who may.

    Attributes:
        app: the pages.
        token: what a client must know; empty for everybody on this machine.
        pace: counts each client's requests.
    """

    app: ASGIApp
    token: str
    pace: Pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the pages answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        request = Request(scope, receive)
        try:
            answered = self._entrance(request)
        except Refused as refused:
            answered = refusal(request, refused)
        await (answered or self.app)(scope, receive, sealed)

    def _entrance(self, request: Request) -> Response | None:
        """The answer of whoever asks without a page being needed for it; None lets the request in.

        Raises:
            Refused: the client may not ask this.
        """
        client = request.client.host if request.client else ""
        if not request.url.path.startswith(STATIC) and not self.pace.admits(client):
            raise Refused(429, "too_fast", self.pace.per_second)
        if not self.token and host_name(request.headers) not in LOOPBACK:
            # A name that another site lets point here would make that site's scripts welcome.
            raise Refused(403, "wrong_host")
        if self.token and (answered := self._signed_in(request)):
            return answered
        if request.method not in SAFE and not from_here(request.headers):
            raise Refused(403, "other_site")
        return None

    def _signed_in(self, request: Request) -> Response | None:
        """None for a client that knows the token; one that came with it in its address is sent on without it.

        Raises:
            Refused: the client does not know the token.
        """
        asked = parse_qs(request.url.query)
        if asked.get("token") and self._right(asked.pop("token")[0]):
            path = "/" + request.url.path.lstrip("/")
            onward = RedirectResponse(path + (f"?{urlencode(asked, doseq=True)}" if asked else ""), 303)
            onward.set_cookie(COOKIE, self.token, httponly=True, samesite="strict")
            return onward
        scheme, _, said = request.headers.get("authorization", "").partition(" ")
        if (scheme.lower() == "bearer" and self._right(said.strip())) or self._right(_cookie(request.headers)):
            return None
        raise Refused(401, "no_token")

    def _right(self, said: str) -> bool:
        return compare_digest(said.encode(), self.token.encode())


def host_name(headers: Headers) -> str:
    """The machine that a client believes to be talking to, without the port; empty where it says nothing usable."""
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def from_here(headers: Headers) -> bool:
    """Whether a form or script of these pages asks, or no browser at all; browsers say so, and pages cannot lie."""
    if site := headers.get("sec-fetch-site"):
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
