"""Where upstream files lie: `RAW/NAME/…`, each under its upstream name; a stand-in says so beside them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tehon.errors import BadRawFile, RawFileMissing, UsageError

STAND_IN = "STAND-IN.txt"
"""Lies beside data that only stand in for a corpus, and says in one sentence what they are; every score repeats it.

A line `made_from: chabsa, niilc` names the sources that they were made from: whoever was tuned on these has seen them.
"""
MADE_FROM = "made_from:"
LONGEST_SENTENCE = 500


def find_raw(raw: Path | None, name: str, patterns: Mapping[str, str], split: str) -> Path:
    """The one file of a split in the raw folder of a task, or its folder of files.

    Args:
        raw: the folder of all raw folders; None where none was given.
        name: the task's name, and its folder's.
        patterns: split -> pattern, as in Task.splits.
        split: the wanted one.

    Raises:
        UsageError: no raw folder was given, there is no such split, or several files fit its pattern.
        RawFileMissing: no file fits; the message says which to put where.
    """
    if split not in patterns:
        known = ", ".join(patterns) or "no splits"
        raise UsageError(f"task {name}", f"has no split '{split}' (it has {known})", "Name another split")
    if raw is None:
        problem = f"needs its raw file {patterns[split]}, but no raw folder was given"
        raise UsageError(f"task {name}", problem, f"Run tehon fetch {name} --raw RAW, and give RAW with --raw")
    folder = raw / name
    found = sorted({path for pattern in patterns[split].split("|") for path in _matching(folder, pattern)})
    if not found:
        problem = f"must hold the {split} split of {name}, but no file there is named {patterns[split]}"
        remedy = f"Run tehon fetch {name} --raw {raw}, or put {patterns[split]} into {folder}"
        raise RawFileMissing(str(folder), problem, remedy)
    if len(found) > 1:
        problem = f"must hold one file named {patterns[split]}, but has {', '.join(path.name for path in found)}"
        raise UsageError(str(folder), problem, "Leave only the one that shall be used")
    return found[0]


def _matching(folder: Path, pattern: str) -> Iterator[Path]:
    if pattern == "./":
        return iter([folder] if folder.is_dir() and files_of(folder) else [])
    wanted = Path.is_dir if pattern.endswith("/") else Path.is_file
    return (path for path in folder.glob(pattern.rstrip("/")) if wanted(path))


def files_of(found: Path) -> dict[str, Path]:
    """Name -> file: the file itself, or every one below a folder that is not hidden, in the order of their names."""
    if not found.is_dir():
        return {found.name: found}
    below = {path.relative_to(found): path for path in found.rglob("*") if path.is_file()}
    shown = {name.as_posix(): path for name, path in below.items() if not any(p.startswith(".") for p in name.parts)}
    return {f"{found.name}/{name}": shown[name] for name in sorted(shown)}


def stand_in(folder: Path) -> str:
    """The sentence that says what stands in for a corpus here; empty where the data are the corpus itself.

    Raises:
        BadRawFile: the file is there, but holds no short sentence.
    """
    path = folder / STAND_IN
    if not path.is_file():
        return ""
    lines = [line for line in _lines(path) if not line.startswith(MADE_FROM)]
    sentence = " ".join(" ".join(lines).split())
    if not 0 < len(sentence) <= LONGEST_SENTENCE:
        problem = f"must hold one sentence of at most {LONGEST_SENTENCE} characters, but has {len(sentence)}"
        raise BadRawFile(str(path), problem, "Say in one sentence what these data are")
    return sentence


def made_from(folder: Path) -> tuple[str, ...]:
    """The sources that a stand-in was made from; empty where the data are the corpus itself, or nobody says so."""
    path = folder / STAND_IN
    lines = _lines(path) if path.is_file() else []
    named = [line.removeprefix(MADE_FROM).split(",") for line in lines if line.startswith(MADE_FROM)]
    return tuple(name.strip() for names in named for name in names if name.strip())


def _lines(path: Path) -> list[str]:
    with path.open("rb") as stream:
        return stream.read(4 * LONGEST_SENTENCE + 1).decode("utf-8", "replace").splitlines()
