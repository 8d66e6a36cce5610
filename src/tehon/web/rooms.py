"""Which pages there are, by what a server is given: answers to compare, folders to look at, a model to talk to."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

from starlette.routing import Route

from tehon.errors import DataError, UsageError
from tehon.evaluate.subject import Subject
from tehon.evaluate.talk import open_talk
from tehon.progress import Progress, silent
from tehon.records.preferences import PageName
from tehon.records.record import Record
from tehon.report.read import open_folders, read_folders
from tehon.storage.votes import VoteFile, vote_file
from tehon.web.browse import Browse, Reported
from tehon.web.chat import Chat
from tehon.web.collect import collect
from tehon.web.compare import Compare
from tehon.web.deal import Deal
from tehon.web.given import Given, tell_apart
from tehon.web.limits import Limits
from tehon.web.live import Live
from tehon.web.stage import Stage

NEEDS = {
    PageName.COMPARE: (
        "answers of two models or more to the same items",
        "Evaluate a second model with the same suite",
    ),
    PageName.LIVE: ("a --model with an --adapter, and two --generations", "Add what is missing"),
    PageName.CHAT: ("a --model", "Name one"),
    PageName.BROWSE: ("finished folders, or one of a tuning that runs", "Name some"),
}
"""Page -> what it cannot be shown without, and what to do then."""


class Offer(Record, kw_only=True):
    """What a server is to show.

    Attributes:
        runs: finished folders, tunings that are under way, and prepared sets; may be empty.
        votes: file that every vote is added to.
        scripted: whoever votes is a program.
        talk: the model to talk to; None for none.
        template: of the talk; empty takes the model's own.
        pages: of those that there could be; empty for all.
    """

    runs: tuple[Path, ...] = ()
    votes: Path
    scripted: bool = False
    talk: Subject | None = None
    template: str = ""
    pages: tuple[PageName, ...] = ()


@contextmanager
def open_rooms(offer: Offer, limits: Limits, progress: Progress = silent) -> Iterator[dict[str, Sequence[Route]]]:
    """Name of a page -> its routes, as long as the block lasts.

    Raises:
        UsageError: nothing was named, or a folder twice; two models have one name; another server writes the votes.
        DataError: there is nothing to show, or not what a page needs that was asked for.
        RawFileMissing, Damaged, ModelError: what was named is not there, or cannot be read.
    """
    if not offer.runs and offer.talk is None:
        problem = "needs answers to compare, folders to look at or a model to talk to, but got none of them"
        raise UsageError("tehon serve", problem, "Name finished folders, or a --model")
    with ExitStack() as closing:
        opening = _Opening(offer, limits, closing)
        found = dict([*opening.of_folders(tell_apart(offer.runs), progress), *opening.of_model()])
        rooms = {page.value: found[page] for page in PageName if page in found}
        for page in offer.pages or (() if rooms else (PageName.COMPARE,)):
            if page not in rooms:
                needed, remedy = NEEDS[page]
                raise DataError("tehon serve", f"{page} needs {needed}, but was given none", remedy)
        yield rooms


class _Opening:
    """What is opened for the pages of an offer.

    Args:
        offer: what is to be shown.
        limits: of the pages.
        closing: ends with the server.
    """

    def __init__(self, offer: Offer, limits: Limits, closing: ExitStack) -> None:
        self._offer = offer
        self._limits = limits
        self._closing = closing

    @cached_property
    def _votes(self) -> VoteFile:
        return self._closing.enter_context(vote_file(self._offer.votes))

    def _wanted(self, *pages: PageName) -> bool:
        return not self._offer.pages or any(page in self._offer.pages for page in pages)

    def of_folders(self, given: Given, progress: Progress) -> Iterator[tuple[PageName, Sequence[Route]]]:
        """The pages over what lies on the disk."""
        reported = None
        if given.reported:
            opened = open_folders(given.reported)
            reported = Reported(opened, read_folders(opened, progress))
        runs = reported.folders.runs if reported else ()
        matchups = collect(given.sets, runs) if self._wanted(PageName.COMPARE) else ()
        if matchups:
            deal = Deal(matchups, self._votes, scripted=self._offer.scripted)
            yield PageName.COMPARE, Compare(deal, self._limits).routes
        browse = Browse(given, reported)
        if browse.entries and self._wanted(PageName.BROWSE):
            yield PageName.BROWSE, browse.routes

    def of_model(self) -> Iterator[tuple[PageName, Sequence[Route]]]:
        """The pages over a loaded model, whose answers share their places."""
        offer, limits = self._offer, self._limits
        if offer.talk is None or not self._wanted(PageName.CHAT, PageName.LIVE):
            return
        talker, stage = open_talk(offer.talk, offer.template), Stage(limits.generations)
        if self._wanted(PageName.CHAT):
            yield PageName.CHAT, Chat(talker, stage, limits).routes
        if talker.has_adapter and limits.generations > 1 and self._wanted(PageName.LIVE):
            yield PageName.LIVE, Live(talker, stage, self._votes, limits, scripted=offer.scripted).routes
