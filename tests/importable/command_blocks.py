"""The blocks of the documents that are run, and the commands in those that are not.

A block of `sh` is run unless the line above it says `<!-- not run: REASON -->`, with one of the reasons below; a block
of `python` where that line says `<!-- run -->`.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
REASONS = {
    "a GPU",
    "a large model",
    "a person",
    "a server",
    "minutes",
    "real corpora",
    "several machines",
    "the internet",
}
"""What a block may need that a test has not."""
BLOCK = re.compile(
    r"(?:(?:<!-- not run: (?P<reason>[^\n]*?) -->\n)?^```(?:sh|bash)$|<!-- run -->\n```(?P<python>python)$)"
    r"\n(?P<text>.*?)^```$"
    r"(?:\n\n^```text$\n(?P<told>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
OPERATORS = set("();<>|&")
LOOP = re.compile(r"\bfor (\w+) in (\S+)")
VARIABLE = re.compile(r"\$\w+")
INSIDE = re.compile(r"(?:\w+=)?(.*\btehon\s.*)", re.DOTALL)
HERE = re.compile(r"<<-?'?(\w+)'?.*?^\1$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """One block.

    Attributes:
        page: path from the repository on.
        line: of its first command.
        text: its lines.
        reason: why it is not run; empty where it is.
        told: what it prints, where a `text` block below it shows that.
    """

    page: str
    line: int
    text: str
    reason: str
    told: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """Every document with commands that a reader may type."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks() -> list[Block]:
    """Every block of every document, in order."""
    return [block for page in pages() for block in blocks_of(page.read_text("utf-8"), str(page.relative_to(ROOT)))]


def blocks_of(text: str, page: str) -> Iterator[Block]:
    """The blocks of one document."""
    for found in BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("text")) + 1
        script = f"python - <<'PYTHON'\n{found['text']}PYTHON\n" if found["python"] else found["text"]
        yield Block(page, line, script, found["reason"] or "", found["told"] or "")


def commands(text: str) -> Iterator[list[str]]:
    """Every simple command of a script, as words; also those inside a quoted word, as `bash -c` takes them.

    What a loop runs over stands for its first word, and any other variable for a number.
    """
    for name, first in LOOP.findall(text):
        text = re.sub(rf"\${name}\b", first, text)
    text = VARIABLE.sub("1", text)
    for line in HERE.sub("", text).replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        for token in (*lexer, ";"):
            if set(token) <= OPERATORS:
                yield from [words] if words else []
                words = []
                continue
            words.append(token)
            if found := INSIDE.fullmatch(token):
                yield from commands(found[1])


def tehon(words: list[str]) -> list[str] | None:
    """What follows `tehon` or `-m tehon` where that is run, perhaps by a launcher; None where it is not."""
    script = words[0] == "python" and "-m" not in words  # which has options of its own, such as `--ways tehon`
    place = next((at for at, word in enumerate(words) if word == "tehon" and not script), None)
    return None if place is None else words[place + 1 :]
