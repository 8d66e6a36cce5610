"""The comparison's pages: a name, then one matchup after the other, then thanks."""

import asyncio
import unicodedata
from urllib.parse import parse_qs, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tehon.errors import DataError
from tehon.records.preferences import Verdict
from tehon.web.deal import Deal
from tehon.web.limits import PATIENCE_SECONDS, Limits, Refused, body
from tehon.web.render import page
from tehon.writing.html import language

NAME_LENGTH = 64


class Ballot(msgspec.Struct, frozen=True):
    """What the page's form sends."""

    name: str
    matchup: str
    choice: Verdict
    reason: str = ""


class Compare:
    """The pages over one deal.

    Args:
        deal: who sees what next.
        limits: how long a reason may be.
    """

    def __init__(self, deal: Deal, limits: Limits) -> None:
        """Answer nothing yet."""
        self._deal = deal
        self._limits = limits

    @property
    def routes(self) -> list[Route]:
        """Where the pages lie."""
        return [
            Route("/compare", self.show, methods=["GET"]),
            Route("/compare", self.vote, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The form for the name, or what this person judges next, or thanks."""
        if not (said := request.query_params.get("name", "")):
            return page(request, "welcome.html.jinja", {"count": self._deal.count})
        voter = _name(said)
        judged, matchup = self._deal.judged(voter), self._deal.following(voter)
        values = {"voter": voter, "judged": judged, "count": self._deal.count}
        if matchup is None:
            return page(request, "finished.html.jinja", values)
        texts = [matchup.answers[side] for side in self._deal.shown(voter, matchup)]
        return page(request, "compare.html.jinja", {**values, "matchup": matchup, "texts": texts, "tongue": language})

    async def vote(self, request: Request) -> Response:
        """Keep a verdict, and send the person on."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                sent = await body(request, self._limits.body_bytes)
        except TimeoutError as error:
            raise Refused(408, "too_slow") from error
        ballot = _ballot(sent)
        if len(ballot.reason.encode()) > self._limits.prompt_bytes:
            raise Refused(413, "too_long", self._limits.prompt_bytes)
        voter = _name(ballot.name)
        try:
            # The disk is waited for elsewhere, so that nobody else waits.
            await asyncio.to_thread(self._deal.judge, voter, ballot.matchup, ballot.choice, ballot.reason.strip())
        except DataError as error:
            raise Refused(400, "bad_request") from error
        return RedirectResponse(f"/compare?{urlencode({'name': voter})}", 303)


def _ballot(sent: bytes) -> Ballot:
    try:
        fields = parse_qs(sent.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=8)
        return msgspec.convert({name: values[0] for name, values in fields.items()}, Ballot)
    except (ValueError, msgspec.ValidationError) as error:
        raise Refused(400, "bad_request") from error


def _name(said: str) -> str:
    """A person's name as it is written down: equal for equal looks."""
    name = " ".join(unicodedata.normalize("NFKC", said).split())
    if not 0 < len(name) <= NAME_LENGTH or not name.isprintable():
        raise Refused(400, "bad_name", NAME_LENGTH)
    return name
