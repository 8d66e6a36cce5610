"""Pages of HTML that need nothing else: no script, one style sheet, and a policy that forbids the network."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tehon.text.japanese import japanese_share
from tehon.writing.escaping import fenced, for_html

MOSTLY_JAPANESE = 0.3
"""A text with a larger share of kana and kanji is set, and read aloud, as Japanese."""


def page(room: str, template: str, values: Mapping[str, Any]) -> str:
    """One page in the shared frame.

    Args:
        room: the package whose `pages/` hold the template, the templates that it includes, and its own `style.css`.
        template: its file name.
        values: name -> what the templates may print; text in them cannot become markup.
    """
    style = style_sheet(room)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    frame = {"style": Markup(style), "digest": Markup(digest)}  # noqa: S704 - our own files
    return environment(room, for_html).get_template(template).render(values, **frame)


@cache
def environment(room: str, finalize: Callable[[object], object]) -> Environment:
    """The templates of a room, over the shared ones; everything that they print passes through `finalize`."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(room, "pages"), PackageLoader("tehon.writing", "pages")]),
        autoescape=True,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals["language"] = language
    made.filters["fenced"] = fenced
    return made


def style_sheet(room: str) -> str:
    """The shared style, and a room's own after it."""
    return (_style("tehon.writing") + _style(room)).rstrip()


def _style(room: str) -> str:
    return files(room).joinpath("pages/style.css").read_text(encoding="utf-8")


def language(text: str) -> str:
    """`ja` or `en`, for the lang attributes of a page: by the share of kana and kanji."""
    return "ja" if japanese_share(text) > MOSTLY_JAPANESE else "en"
