"""Which pages there are: the comparison where there are answers, the talk where there is a model."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from starlette.routing import Route

from tehon.errors import UsageError
from tehon.evaluate.subject import Subject
from tehon.evaluate.talk import open_talk
from tehon.progress import Progress, silent
from tehon.records.record import Record
from tehon.storage.votes import vote_file
from tehon.web.chat import Chat
from tehon.web.collect import collect
from tehon.web.compare import Compare
from tehon.web.deal import Deal
from tehon.web.limits import Limits


class Offer(Record, kw_only=True):
    """What a server is to show.

    Attributes:
        runs: finished evaluations and prepared sets, to be compared; may be empty.
        votes: file that every vote is added to.
        scripted: whoever votes is a program.
        talk: the model to talk to; None for none.
        template: of the talk; empty takes the model's own.
    """

    runs: tuple[Path, ...] = ()
    votes: Path
    scripted: bool = False
    talk: Subject | None = None
    template: str = ""


@contextmanager
def open_rooms(offer: Offer, limits: Limits, progress: Progress = silent) -> Iterator[Mapping[str, Sequence[Route]]]:
    """Name of a page -> its routes, as long as the block lasts.

    Raises:
        UsageError: there is nothing to show, or another server writes the votes.
        DataError, ModelError: as `collect` and `open_talk`.
    """
    if not offer.runs and offer.talk is None:
        problem = "needs answers to compare or a model to talk to, but got neither"
        raise UsageError("tehon serve", problem, "Name folders of finished evaluations, or a --model")
    rooms: dict[str, Sequence[Route]] = {}
    with ExitStack() as closing:
        if offer.runs:
            matchups = collect(offer.runs, progress)
            votes = closing.enter_context(vote_file(offer.votes))
            rooms["compare"] = Compare(Deal(matchups, votes, scripted=offer.scripted), limits).routes
        if offer.talk is not None:
            rooms["chat"] = Chat(open_talk(offer.talk, offer.template), limits).routes
        yield rooms
