"""Every upstream file as a table of the docs, made from the shelves."""

from collections.abc import Iterable

from tehon.records.corpus import Download, Source
from tehon.records.evaluation import Task

HEADER = ("corpus", "file in `RAW/`", "bytes", "sha256", "from")
MOST_SHOWN = 5
"""A corpus of more files is shown by its first one."""
DIGITS = 12


def table(corpora: Iterable[Source | Task]) -> str:
    """One row a file of every corpus that is not part of the package; files of a source and its task stand once."""
    lines = [_line(HEADER), _line(("---",) * len(HEADER))]
    seen: set[str] = set()
    for corpus in corpora:
        files = [file for file in corpus.downloads if f"{corpus.name}/{file.path}" not in seen]
        seen |= {f"{corpus.name}/{file.path}" for file in files}
        shown = files if len(files) <= MOST_SHOWN else files[:1]
        lines += [_line(_row(corpus.name, file, len(files) - len(shown))) for file in shown]
    return "\n".join(lines) + "\n"


def _row(name: str, file: Download, more: int) -> tuple[str, ...]:
    place = f"`{name}/{file.path}`" + (f" and {more} more" if more else "")
    size = "" if file.size_bytes is None else f"{file.size_bytes:,}"
    digest = f"`{file.sha256[:DIGITS]}…`" if file.sha256 else ""
    return name, place, size, digest, "<br>".join(_origin(file))


def _origin(file: Download) -> Iterable[str]:
    if file.by_hand:
        yield f"by hand: {file.by_hand}."
    else:
        yield ", ".join((f"[upstream]({file.url})", *(f"[mirror]({url})" for url in file.mirrors)))
    if file.then:
        yield f"{file.then}."


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
