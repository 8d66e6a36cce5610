"""TOML files as records: unknown keys, wrong types and wrong ranges are errors with their place."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from tehon.errors import BadConfig, UnknownName
from tehon.formats.inheritance import resolved
from tehon.records.record import Record

R = TypeVar("R", bound=Record)


def read_toml(path: Path, kind: type[R], changes: tuple[str, ...] = ()) -> R:
    """A record from a TOML file, `name` defaulting to the file's own.

    Args:
        path: the file.
        kind: the record's type.
        changes: `key.sub=value` assignments over the file, values in TOML's own syntax (a bare word is a string).

    Raises:
        BadConfig: the file is no TOML, or breaks the record's schema.
    """
    table = read_table(path)
    table.setdefault("name", path.stem)
    return to_record(table, kind, str(path), changes)


def read_table(path: Path) -> dict[str, Any]:
    """A TOML file as plain data.

    Raises:
        BadConfig: there is no such file, or it is no TOML.
    """
    if not path.is_file():
        raise BadConfig(str(path), "must be a TOML file, but there is none", "Correct the path")
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfig(str(path), f"must be TOML, but {error}", "Correct that place") from error


def to_record(table: dict[str, Any], kind: type[R], where: str, changes: tuple[str, ...] = (), at: str = "") -> R:
    """A table as a record, with `key.sub=value` changes over it.

    Args:
        table: the plain data.
        kind: the record's type.
        where: the file or the like, for the message.
        changes: see `read_toml`.
        at: the key under which the table stands there, such as `steps.length`.

    Raises:
        BadConfig: it breaks the schema; the message names the key.
    """
    for change in changes:
        _assign(table, change, where)
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$")
        key = place.strip("`.")
        full = ".".join(filter(None, (at, key)))
        problem = f"{full or 'the table'} is wrong: {reason[:1].lower()}{reason[1:]}{_came(table, key)}"
        fields = ", ".join(field.name for field in msgspec.structs.fields(kind))
        unknown = reason.partition("unknown field `")[2].rstrip("`")
        remedy = f"Known keys are {fields}" if unknown else f"See the docstring of {kind.__name__}"
        blamed = ".".join(filter(None, (key, unknown)))
        said = next((f"--set {change}" for change in changes if change.partition("=")[0].strip() == blamed), where)
        raise BadConfig(said, problem, remedy) from error


class TomlShelf(Mapping[str, R], Generic[R]):
    """A folder of `tehon/recipes` as a read-only mapping: file name without `.toml` -> record.

    A file may say what it `extends`, another one of the folder or a path beside it; see `inheritance`.

    Args:
        folder: below `tehon/recipes`.
        kind: the record's type.
    """

    def __init__(self, folder: str, kind: type[R]) -> None:
        """Look at nothing yet."""
        self.folder = folder
        self.kind = kind

    @cached_property
    def paths(self) -> dict[str, Path]:
        """Name -> file, in alphabetical order."""
        shelf = Path(str(files("tehon"))) / "recipes" / self.folder
        return {path.stem: path for path in sorted(shelf.glob("*.toml"))}

    def open(self, asked: str, changes: tuple[str, ...] = ()) -> R:
        """The record of a shelf name or of a path to a TOML file, with `key=value` changes over it.

        Raises:
            UnknownName: it is neither.
            BadConfig: the file breaks the record's schema.
        """
        path = self._find(asked, Path())
        table = resolved(path, lambda parent, file: self._find(parent, file.parent), read_table)
        table.setdefault("name", path.stem)
        return to_record(table, self.kind, str(path), changes)

    def _find(self, asked: str, folder: Path) -> Path:
        """The file of a shelf name, or of a path from a folder."""
        if asked.endswith(".toml"):
            return folder / asked
        if asked not in self.paths:
            raise UnknownName(self.kind.__name__.lower(), asked, self.paths)
        return self.paths[asked]

    def __getitem__(self, name: str) -> R:
        """Read one file of the shelf."""
        return self.open(name)

    def __iter__(self) -> Iterator[str]:
        """Names in alphabetical order."""
        return iter(self.paths)

    def __len__(self) -> int:
        """How many files there are."""
        return len(self.paths)

    def __contains__(self, name: object) -> bool:
        """Whether a file has that name; reads nothing."""
        return name in self.paths


def _came(table: dict[str, Any], key: str) -> str:
    value: Any = table
    for step in key.split("."):
        if not isinstance(value, dict) or step not in value:
            return ""
        value = value[step]
    return "" if isinstance(value, dict | list) else f", got {value!r}"


def _assign(table: dict[str, Any], change: str, where: str) -> None:
    key, equals, text = change.partition("=")
    steps = key.strip().split(".")
    if not equals or not all(steps):
        raise BadConfig(f"--set {change}", "must look like key=value or key.sub=value", "For example --set lora.rank=8")
    for step in steps[:-1]:
        inner = table.setdefault(step, {})
        if not isinstance(inner, dict):
            raise BadConfig(f"--set {change}", f"{step} is no table in {where}", "Set the key itself")
        table = inner
    table[steps[-1]] = _value(text.strip())


def _value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
