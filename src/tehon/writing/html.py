"""Pages of HTML that need nothing else, with a policy that forbids the network and all scripts but the page's own."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tehon.text.japanese import japanese_share
from tehon.writing.colours import figure_style
from tehon.writing.escaping import fenced, for_html

STYLE = "style.css"
MOSTLY_JAPANESE = 0.3
"""A text with a larger share of kana and kanji is set, and read aloud, as Japanese."""


def page(room: str, template: str, values: Mapping[str, Any], scripts: Sequence[str] = ()) -> str:
    """One page in the shared frame.

    Args:
        room: the package whose `pages/` hold the template, what it includes, its own `style.css`, and its scripts.
        template: its file name.
        values: name -> what the templates may print; text in them cannot become markup.
        scripts: file names; they run in this order once the page is there, and no others do.
    """
    style, codes = style_sheet(room), [_file(room, name) for name in scripts]
    allowed = {"style-src": [style], "script-src": codes, "base-uri": [], "form-action": []}
    policy = "; ".join(f"{what} {_digests(texts)}" for what, texts in {"default-src": [], **allowed}.items())
    # Our own files, and digests of them.
    frame = {"style": Markup(style), "policy": Markup(policy), "scripts": list(map(Markup, codes))}  # noqa: S704
    return environment(room, for_html).get_template(template).render(values, **frame)


def _digests(texts: Sequence[str]) -> str:
    """A source list of a content security policy that allows these texts alone."""
    digests = [b64encode(sha256(text.encode()).digest()).decode() for text in texts]
    return " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"


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
    """The shared style, that of figures, and a room's own after them."""
    own = sorted(path.name for path in files(room).joinpath("pages").iterdir() if path.name.endswith(".css"))
    texts = (_file(room, name) for name in own)
    return (_file("tehon.writing", STYLE) + figure_style() + "\n" + "".join(texts)).rstrip()


def _file(room: str, name: str) -> str:
    return files(room).joinpath(f"pages/{name}").read_text(encoding="utf-8")


def language(text: str) -> str:
    """`ja` or `en`, for the lang attributes of a page: by the share of kana and kanji."""
    return "ja" if japanese_share(text) > MOSTLY_JAPANESE else "en"
