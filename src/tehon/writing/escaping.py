"""Foreign text made harmless for the format that it is written into: nothing a model says may become markup."""

import re

from markupsafe import Markup

HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\r\x0e-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
"""Characters that nobody sees, some of which turn the reading direction of what follows."""
MARKDOWN = re.compile(r"([\\`*_\[\]|~$])")
MARKDOWN_START = re.compile(r"^(\d+)([.)])(?=\s|$)|^([-+#>=])")
LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: "\\" + character for character in "&%$#_{}"},
}


def visible(text: str) -> str:
    """The text with control characters shown: U+2400 and following, or their code point in brackets."""
    return HIDDEN.sub(lambda found: _shown(ord(found[0])), text)


def _shown(code: int) -> str:
    if code < 0x20:  # noqa: PLR2004 - the control pictures stand in the order of the first 32 characters
        return chr(0x2400 + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else f"[U+{code:04X}]"  # noqa: PLR2004 - likewise


def for_html(value: object) -> object:
    """What is printed into HTML: visible; autoescape does the rest."""
    return value if isinstance(value, Markup) else visible(str(value))


def for_markdown(value: object) -> Markup:
    """What is printed into Markdown, on one line; HTML is escaped as well, because Markdown lets it through."""
    if isinstance(value, Markup):
        return value
    line = " ".join(visible(str(value)).split())
    escaped = MARKDOWN.sub(r"\\\1", line).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Markup(MARKDOWN_START.sub(_escape_start, escaped))  # noqa: S704 - this is the escaping


def _escape_start(found: re.Match[str]) -> str:
    return f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}"


def fenced(text: str) -> Markup:
    """A code block that holds the text as it is, within a fence longer than any run of backticks in it."""
    shown = visible(text)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return Markup(f"{fence}text\n{shown}\n{fence}")  # noqa: S704 - nothing is interpreted between fences


def for_latex(text: str) -> str:
    """What is printed into LaTeX."""
    return "".join(LATEX.get(character, character) for character in " ".join(visible(text).split()))
