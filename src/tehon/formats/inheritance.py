"""A TOML file as its differences from another one: `extends = "NAME"`, and `without` for what goes.

    extends = "vanilla_v1_0_0"
    without = ["sources.alpaca_ja", "expected.alpaca"]
    title = "Vanilla 1.0.1"
    sources.jqac.limit = 100

Keys of the inherited file that `without` names go first; then tables are joined, and of any other value that stands
in both the file's own is taken. Inherited keys keep their places, new ones follow them.
"""

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from tehon.errors import BadConfig

EXTENDS, WITHOUT = "extends", "without"
Table = dict[str, Any]


def resolved(path: Path, find: Callable[[str, Path], Path], read: Callable[[Path], Table]) -> Table:
    """A file's table with everything that it inherits; `name` is inherited by none.

    Args:
        path: the file.
        find: the file that a name in `extends` means, and the file it stands in.
        read: a file's own table.

    Raises:
        BadConfig: a file extends itself, or `extends` and `without` are not what they should be.
    """
    chain: list[tuple[Path, Table, list[str]]] = []
    following: Path | None = path
    while following is not None:
        table = read(following)
        parent, gone = _own_keys(following, table)
        chain.append((following, table, gone))
        seen = [file for file, _, _ in chain]
        following = find(parent, following) if parent else None
        if following in seen:
            way = " → ".join(file.stem for file in [*seen, following])
            raise BadConfig(str(path), f"must not extend itself, but does: {way}", "Break the circle")
    whole: Table = {}
    for file, table, gone in reversed(chain):
        for key in gone:
            _take_out(whole, key, file)
        whole.pop("name", None)
        whole = _joined(whole, table)
    return whole


def _own_keys(path: Path, table: Table) -> tuple[str, list[str]]:
    parent, gone = table.pop(EXTENDS, ""), table.pop(WITHOUT, [])
    if not isinstance(parent, str):
        raise BadConfig(str(path), f"extends must be one name, got {parent!r}", 'Write extends = "NAME"')
    if not isinstance(gone, list) or not all(isinstance(key, str) for key in gone):
        raise BadConfig(str(path), f"without must be a list of keys, got {gone!r}", 'Write without = ["sources.NAME"]')
    if gone and not parent:
        raise BadConfig(
            str(path), "without takes keys out of what a file extends, but it extends none", "Delete the keys"
        )
    return parent, gone


def _take_out(table: Table, key: str, path: Path) -> None:
    *steps, last = key.split(".")
    inner: Any = table
    for step in steps:
        inner = inner.get(step) if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or last not in inner:
        near = get_close_matches(key, _keys(table), n=3)
        remedy = f"Perhaps {' or '.join(near)} is meant" if near else "Take it from the list"
        raise BadConfig(str(path), f"without names {key}, but no such key is inherited", remedy)
    del inner[last]


def _keys(table: Table) -> list[str]:
    """Its keys and those of its tables."""
    inner = [(key, value) for key, value in table.items() if isinstance(value, dict)]
    return [*table, *(f"{key}.{below}" for key, value in inner for below in value)]


def _joined(inherited: Table, own: Table) -> Table:
    joined = dict(inherited)
    for key, value in own.items():
        before = joined.get(key)
        joined[key] = _joined(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return joined
