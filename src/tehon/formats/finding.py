"""Upstream files in a raw folder, found by pattern: corpora change the version in a file's name, not the rest."""

import os
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from tehon.errors import BadRawFile, RawFileMissing, UnknownName
from tehon.formats.opening import unreadable


def find_one(folder: Path, pattern: str) -> Path:
    """The one file of a folder that matches a pattern such as `train-v1.*.json`.

    Raises:
        RawFileMissing: none does.
        BadRawFile: several do, and nothing says which is meant.
    """
    found = find_all(folder, pattern)
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise BadRawFile(str(folder), f"must hold one file {pattern}, but holds {names}", "Move all but one away")
    return found[0]


def find_all(folder: Path, *patterns: str) -> list[Path]:
    """The files of a folder that match any of the patterns, at least one, sorted by name.

    Raises:
        RawFileMissing: none does.
        BadRawFile: the system does not let a folder be looked into.
    """
    found = {path for pattern in patterns for path in matching(folder, pattern)}
    if not found:
        wanted = " or ".join(patterns)
        came = "has none" if folder.is_dir() else "there is no such folder"
        raise RawFileMissing(str(folder), f"must hold the file {wanted}, but {came}", f"Put {wanted} there")
    return sorted(found)


def matching(folder: Path, pattern: str) -> Iterator[Path]:
    """The files of a folder that match a pattern such as `*/wiki_*`, sorted, hidden ones left out.

    Raises:
        BadRawFile: the system does not let a folder be looked into.
    """
    name, _, rest = pattern.partition("/")
    for entry in _entries(folder):
        if fnmatchcase(entry.name, name):
            if rest and entry.is_dir():
                yield from matching(folder / entry.name, rest)
            elif not rest and _holds_data(entry):
                yield folder / entry.name


def listed(folder: Path, below: str = "") -> Iterator[str]:
    """The paths of all files below a folder, `/` between their pieces, hidden ones left out and links not followed.

    Raises:
        BadRawFile: the system does not let a folder be looked into.
    """
    for entry in _entries(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from listed(folder / entry.name, f"{below}{entry.name}/")
        elif _holds_data(entry):
            yield f"{below}{entry.name}"


def _holds_data(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, or a link that leads nowhere, which is an error once it is opened."""
    return entry.is_file() or (entry.is_symlink() and not entry.is_dir())


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What stands in a folder, sorted by name; nothing where there is no such folder."""
    try:
        with os.scandir(folder) as entries:
            shown = [entry for entry in entries if not entry.name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise unreadable(folder, error) from error
    return sorted(shown, key=lambda entry: entry.name)


def chosen(splits: Mapping[str, bool], wanted: tuple[str, ...] | None, default: tuple[str, ...] = ()) -> list[str]:
    """The splits to read, in the source's order.

    Args:
        splits: split -> it may be trained on.
        wanted: names asked for; None means the default.
        default: splits that are read unless others are asked for; empty means those that may be trained on.

    Raises:
        UnknownName: a split of another name is asked for.
    """
    names = wanted if wanted is not None else default or tuple(name for name, trained in splits.items() if trained)
    for name in names:
        if name not in splits:
            raise UnknownName("split", name, splits)
    return [name for name in splits if name in names]


def variant_of(variants: Mapping[str, str], wanted: str) -> str:
    """The published rendering to imitate: the wanted one, or the last of those that are known.

    Raises:
        UnknownName: there is no such one.
    """
    if wanted and wanted not in variants:
        raise UnknownName("variant", wanted, variants)
    return wanted or list(variants)[-1]
