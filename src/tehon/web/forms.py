"""What a page's form sends, and the name that a person typed."""

import unicodedata
from typing import TypeVar
from urllib.parse import parse_qs, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tehon.records.preferences import Verdict
from tehon.web.limits import Limits, Refused, body

NAME_LENGTH = 64
FIELDS = 8
"""More than any form here has."""
T = TypeVar("T")


class Ballot(msgspec.Struct, frozen=True):
    """A judgement."""

    name: str
    matchup: str
    choice: Verdict
    reason: str = ""


class Undoing(msgspec.Struct, frozen=True):
    """A judgement that is taken back."""

    name: str
    matchup: str


async def form(request: Request, kind: type[T], limits: Limits) -> T:
    """A form's fields.

    Raises:
        Refused: it is too long, too slow, or another form.
    """
    sent = await body(request, limits.body_bytes)
    try:
        fields = parse_qs(
            sent.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=FIELDS
        )
        return msgspec.convert({name: values[0] for name, values in fields.items()}, kind)
    except (ValueError, msgspec.ValidationError) as error:
        raise Refused(400, "bad_request") from error


def check_length(text: str, limits: Limits) -> str:
    """The text without blanks around it.

    Raises:
        Refused: it is longer than a person may send.
    """
    if len(text.encode()) > limits.prompt_bytes:
        raise Refused(413, "too_long", limits.prompt_bytes)
    return text.strip()


def voter_name(said: str) -> str:
    """A person's name as it is written down: equal for equal looks.

    Raises:
        Refused: it is empty, too long, or not on one line.
    """
    name = " ".join(unicodedata.normalize("NFKC", said).split())
    if not 0 < len(name) <= NAME_LENGTH or not name.isprintable():
        raise Refused(400, "bad_name", NAME_LENGTH)
    return name


def onward(path: str, voter: str) -> Response:
    """Sends a person on, so that a reload sends no form again."""
    return RedirectResponse(f"{path}?{urlencode({'name': voter})}", 303)
