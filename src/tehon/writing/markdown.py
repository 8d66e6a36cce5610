"""Tables, lists and headings in Markdown; nothing that is written into them can break out."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from tehon.writing.escaping import for_markdown

SHOWN = 120
"""Characters of a text in a table cell."""


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table: numbers stand right, long texts are cut, what is Markup already stays as it is."""
    body = [list(row) for row in rows]
    marks = [
        "--:" if body and all(isinstance(row[place], int) for row in body) else "---" for place in range(len(header))
    ]
    return "\n".join(
        f"| {' | '.join(cells)} |" for cells in [list(header), marks, *(list(map(cell, row)) for row in body)]
    )


def cell(value: object) -> str:
    """One value on one line."""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Markup):
        return value
    text = " ".join(str(value).split())
    return for_markdown(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


def address(url: str) -> Markup:
    """A web address as a link; escaped text where it is none."""
    plain = url.startswith(("http://", "https://")) and not set(url) & set("<>| \t\n")
    return Markup(f"<{url}>") if plain else for_markdown(url)  # noqa: S704 - nothing in it can end the link


def section(title: str, *blocks: str) -> str:
    """A heading with what stands under it; empty where nothing does."""
    filled = [block for block in blocks if block]
    return "\n\n".join([f"## {title}", *filled]) if filled else ""


def bullets(lines: Iterable[str]) -> str:
    """A list, each line escaped."""
    return "\n".join(f"- {for_markdown(line)}" for line in lines)
