"""A page as an answer to a request: in the reader's language, everything on it escaped."""

from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from urllib.parse import urlencode

from msgspec import json
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tehon.web.limits import Refused
from tehon.web.words import COOKIE, language_of, teller
from tehon.writing.escaping import for_html
from tehon.writing.html import environment, style_sheet

ROOM = "tehon.web"
ROOMS = "tehon.rooms"
"""Where a request says which pages there are beside its own."""
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
A_YEAR_SECONDS = 31_536_000


def assets() -> dict[str, bytes]:
    """Name -> content of everything beside the pages that they load; only these names can be asked for."""
    found = {
        path.name: path.read_bytes()
        for path in files(ROOM).joinpath("pages").iterdir()
        if path.name.endswith((".js", ".svg"))
    }
    return found | {"style.css": style_sheet(ROOM).encode()}


ASSETS = assets()
EDITION = sha256(b"".join(name.encode() + ASSETS[name] for name in sorted(ASSETS))).hexdigest()[:12]
"""Stands in the address of everything that pages load, so that browsers may keep it."""


def static(request: Request) -> Response:
    """One of the files that pages load."""
    name = request.path_params["name"]
    if name not in ASSETS:
        return refusal(request, Refused(404, "not_here"))
    headers = {"Cache-Control": f"max-age={A_YEAR_SECONDS}, immutable"}
    kind = KINDS[name[name.rindex(".") :]]
    return Response(ASSETS[name], headers=headers, media_type=kind)


def page(request: Request, template: str, values: Mapping[str, object], status: int = 200) -> Response:
    """A page of `pages/`, with `say` for words; whoever chose a language by the address keeps it."""
    language = language_of(request)
    other = "ja" if language == "en" else "en"
    asked = {name: value for name, value in request.query_params.items() if name not in {"language", "token"}}
    frame = {
        "say": teller(language),
        "reader": language,
        "other": other,
        "otherwise": "?" + urlencode({**asked, "language": other}),
        "edition": EDITION,
        "path": request.url.path,
        "rooms": request.scope.get(ROOMS, ()),
    }
    text = environment(ROOM, for_html).get_template(template).render({**frame, **values})
    answer = Response(text, status, media_type="text/html")
    if "language" in request.query_params:
        answer.set_cookie(COOKIE, language, max_age=A_YEAR_SECONDS, httponly=True, samesite="strict")
    return answer


def refusal(request: Request, refused: Refused) -> Response:
    """Why a request is not answered as asked, for a person or for a script."""
    headers = {"Retry-After": "1"} if refused.status == 429 else {}  # noqa: PLR2004 - HTTP's number for too many
    say = teller(language_of(request))
    sentence = say(refused.word, amount=f"{refused.amount:,}")
    accepted = request.headers.get("accept", "")
    if "application/json" in accepted:
        return Response(json.encode({"error": sentence}), refused.status, headers, "application/json")
    if "text/html" not in accepted:
        return PlainTextResponse(sentence + "\n", refused.status, headers)
    answer = page(request, "refused.html.jinja", {"sentence": sentence}, refused.status)
    answer.headers.update(headers)
    return answer
