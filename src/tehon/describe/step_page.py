"""The shelf of steps as a page of the docs: every option, an example, and what each step's own file says of it."""

from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc
from typing import get_args

import msgspec
from msgspec import inspect

from tehon.records.corpus import Cluster
from tehon.records.record import Record
from tehon.records.step import Step
from tehon.shelf import Shelf

EXAMPLE = """\
title = "The project's own examples: checked, normalised, neither short nor long, without addresses"

[sources.authored_everyday]
[sources.authored_reading]
[sources.authored_summary]

# The order of the tables is the order of the steps.
[steps.fields]

[steps.normalise]
spaces = "single"

[steps.language]

[steps.length]
most_characters = 160
fewest_response_characters = 6

[steps.personal]
postal_code = ""  # these stay
"""
INTRODUCTION = f"""# Steps

What a mixture can do to its rows after `clean`, which always runs, and before the search for held-out items. Each step
is one file in `src/tehon/steps/` and runs where the mixture has a table `[steps.NAME]`, in the order of the tables. A
step looks at one row alone; it changes it, drops it for a reason, or lets it be. The ledger counts the drops of each
step by reason, and `drops.jsonl` names the rows. Unknown steps and options and values out of range are refused before
anything is read. This page is made from those files; `make golden` rewrites it.

```toml
{EXAMPLE}```

On one core of a small cloud machine (Intel Xeon), a row of 700 bytes of Japanese that needs no change costs 2.9 µs in
`fields`, 1.0 in `language`, 1.5 in `normalise` (4.0 with full-width digits in half of the texts), 0.5 in `length` and
3.6 in `personal`. Counting its tokens costs 25 to 120 µs, or 3 where it has fewer bytes than the limit allows tokens.
`python benchmarks/steps.py` measures all but the tokens again.
"""
HEADER = ("step", "option", "value", "default", "meaning")


def step_page(shelf: Shelf[Step]) -> str:
    """The whole page, steps in alphabetical order."""
    rows = [HEADER, ("---",) * len(HEADER), *(row for step in shelf.values() for row in _rows(step))]
    table = [f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows]
    sections = []
    for name in shelf:
        sections += ["", f"## {name}", "", getdoc(import_module(shelf.modules[name])) or ""]
    return "\n".join((INTRODUCTION, *table, *sections)) + "\n"


def meanings(kind: type[Record]) -> dict[str, str]:
    """Field -> what the record's docstring says of it, under `Attributes:`, on one line."""
    found: dict[str, str] = {}
    name = ""
    for line in (getdoc(kind) or "").partition("Attributes:\n")[2].splitlines():
        if line.startswith("     "):
            found[name] += f" {line.strip()}"
        else:
            name, _, found[name] = line.strip().partition(": ")
    return found


def _rows(step: Step) -> Iterator[tuple[str, ...]]:
    told = meanings(step.options)
    kind = inspect.type_info(step.options)
    for field in kind.fields if isinstance(kind, inspect.StructType) else ():
        default = "none" if field.default is None else f"`{_json(field.default)}`"
        yield f"[{step.name}](#{step.name})", f"`{field.name}`", _value(field.type), default, told[field.name]


def _value(kind: inspect.Type) -> str:
    """What may stand there, in words."""
    if isinstance(kind, inspect.UnionType):
        return _value(next(member for member in kind.types if not isinstance(member, inspect.NoneType)))
    if isinstance(kind, inspect.VarTupleType):
        return f"array, each element {_value(kind.item_type)}"
    if isinstance(kind, inspect.LiteralType) and set(kind.values) == set(get_args(Cluster)):
        return "a task cluster, such as `correction`"
    if isinstance(kind, inspect.LiteralType):
        return " or ".join(f"`{_json(value)}`" for value in kind.values)
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return ("integer" if isinstance(kind, inspect.IntType) else "number") + _range(kind)
    return {inspect.BoolType: "`true` or `false`", inspect.StrType: "string"}[type(kind)]


def _range(kind: inspect.IntType | inspect.FloatType) -> str:
    lowest = "" if kind.ge is None else f", at least {kind.ge}"
    return lowest + ("" if kind.le is None else f", at most {kind.le}")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
