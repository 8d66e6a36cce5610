"""Upstream files in a raw folder, found by pattern: corpora change the version in a file's name, not the rest."""

from collections.abc import Mapping
from pathlib import Path

from tehon.errors import BadRawFile, RawFileMissing, UnknownName


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
    """
    found = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
    if not found:
        wanted = " or ".join(patterns)
        came = "has none" if folder.is_dir() else "there is no such folder"
        raise RawFileMissing(str(folder), f"must hold the file {wanted}, but {came}", f"Put {wanted} there")
    return sorted(found)


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
