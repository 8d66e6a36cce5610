"""The comparison's pages: a name, then one matchup after the other, then thanks."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tehon.errors import DataError
from tehon.web.deal import Deal
from tehon.web.forms import Ballot, Undoing, check_length, form, onward, voter_name
from tehon.web.limits import Limits, Refused
from tehon.web.render import page
from tehon.writing.html import language


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
            Route("/compare/undo", self.undo, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The form for the name, or what this person judges next, or thanks."""
        if not (said := request.query_params.get("name", "")):
            return page(request, "welcome.html.jinja", {"count": self._deal.count})
        voter = voter_name(said)
        judged, matchup = self._deal.judged(voter), self._deal.following(voter)
        values = {"voter": voter, "judged": judged, "count": self._deal.count, "last": self._deal.last(voter)}
        if matchup is None:
            return page(request, "finished.html.jinja", values)
        texts = [matchup.answers[side] for side in self._deal.shown(voter, matchup)]
        return page(request, "compare.html.jinja", {**values, "matchup": matchup, "texts": texts, "tongue": language})

    async def vote(self, request: Request) -> Response:
        """Keep a verdict, and send the person on."""
        ballot = await form(request, Ballot, self._limits)
        reason, voter = check_length(ballot.reason, self._limits), voter_name(ballot.name)
        try:
            # The disk is waited for elsewhere, so that nobody else waits.
            await asyncio.to_thread(self._deal.judge, voter, ballot.matchup, ballot.choice, reason)
        except DataError as error:
            raise Refused(400, "bad_request") from error
        return onward("/compare", voter)

    async def undo(self, request: Request) -> Response:
        """Take a verdict back, and show again what it was about."""
        undoing = await form(request, Undoing, self._limits)
        voter = voter_name(undoing.name)
        await asyncio.to_thread(self._deal.undo, voter, undoing.matchup)
        return onward("/compare", voter)
