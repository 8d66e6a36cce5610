"""A mixture's optional steps: `[steps.NAME]` tables become functions over the rows, in the order of the tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

from tehon.errors import BadConfig
from tehon.formats.toml import to_record
from tehon.records.corpus import Drop
from tehon.records.record import Record
from tehon.records.step import Changed, Content, Step
from tehon.steps import STEPS

Steps = Mapping[str, dict[str, Any]]
"""Name -> options, as a mixture has them."""
RowStep = Callable[[Iterable[Content]], Iterator[Content | Drop]]


def row_steps(steps: Steps, where: str = "the mixture") -> list[tuple[str, RowStep]]:
    """Each step's name with its function, in order; one content in, one content or one drop out. Checks all tables.

    Args:
        steps: of the mixture.
        where: its file or name, for messages.

    Raises:
        UnknownName: a step is not on the shelf.
        BadConfig: options break their record.
        ModelError: a tokenizer is missing, damaged, or cannot be read with what is installed.
    """
    return [
        (step.name, partial(_through, name=step.name, change=step.make(options)))
        for step, options in _chosen(steps, where)
    ]


def step_config(steps: Steps, where: str = "the mixture") -> list[list[Any]]:
    """All that decides what the steps do, but for their files: name, options with defaults, versions; in order.

    Raises:
        UnknownName, BadConfig: see `row_steps`.
    """
    return [
        [step.name, msgspec.to_builtins(options), {package: _version(package) for package in step.packages}]
        for step, options in _chosen(steps, where)
    ]


def step_files(steps: Steps, where: str = "the mixture") -> dict[str, Path]:
    """`steps.NAME/FILE` -> each file that the options name, such as a tokenizer's.

    Raises:
        UnknownName, BadConfig, ModelError: see `row_steps`.
    """
    return {
        f"steps.{step.name}/{path.name}": path
        for step, options in _chosen(steps, where)
        for path in (step.files(options) if step.files else ())
    }


def _chosen(steps: Steps, where: str) -> Iterator[tuple[Step, Record]]:
    for step, table in ((STEPS[name], table) for name, table in steps.items()):
        try:
            yield step, to_record(table, step.options, where, at=f"steps.{step.name}")
        except BadConfig as error:
            if error.where == where:
                raise
            # The record itself refused: its place is the option.
            raise BadConfig(where, f"{error.where} {error.problem}", error.remedy) from error


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _through(
    contents: Iterable[Content], *, name: str, change: Callable[[Content], Changed]
) -> Iterator[Content | Drop]:
    for content in contents:
        changed = change(content)
        yield Drop(example_id=content.id, step=name, reason=changed) if isinstance(changed, str) else changed
