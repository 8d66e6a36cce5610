"""Which suite is meant: a shipped one, a TOML file, or tasks joined by `+`; and what the command line changes in it."""

from collections.abc import Iterable

from msgspec.structs import replace

from tehon.errors import UnknownName, UsageError
from tehon.evaluate.planner import protocol_of
from tehon.recipes import SUITES
from tehon.records.evaluation import Cell, Suite
from tehon.records.record import Record
from tehon.tasks import TASKS


class Overrides(Record, kw_only=True):
    """What replaces a suite's own settings, in every cell; None or empty leaves them as they are.

    Attributes:
        shots: numbers of shots.
        templates: prompt versions or template names.
        protocol: its name.
        limit: score only this many items of every cell.
        shots_split: the split that shots come from.
        shots_from: a file that shots come from.
        settings: changes to every protocol, such as `answer=both`.
        allow_contamination: tasks that may be scored although the model was tuned on what they ask.
    """

    shots: tuple[int, ...] = ()
    templates: tuple[str, ...] = ()
    protocol: str = ""
    limit: int | None = None
    shots_split: str = ""
    shots_from: str = ""
    settings: tuple[str, ...] = ()
    allow_contamination: tuple[str, ...] = ()


def choose_suite(asked: str, overrides: Overrides | None = None) -> Suite:
    """The suite that these words name; every task and protocol in it exists.

    Args:
        asked: a name on the shelf, a path ending in `.toml`, or `jnli+vqa`.
        overrides: from the command line.

    Raises:
        UnknownName: no suite has that name, or no task or protocol a name in it.
        BadConfig: the file breaks the suite's schema, or a setting is none of a protocol's.
        UsageError: a limit or a number of shots is impossible.
    """
    names = asked.split("+")
    if asked in SUITES or asked.endswith(".toml"):
        suite = SUITES.open(asked)
    elif len(names) > 1 or asked in TASKS:
        suite = Suite(name=asked, title="Tasks as they are", cells=tuple(Cell(task=name) for name in names))
    else:
        raise UnknownName("suite", asked, {*SUITES, *TASKS})
    suite = override(suite, overrides or Overrides())
    for name in (*(cell.task for cell in suite.cells), *suite.allow_contamination):
        _known("task", name, TASKS)
    for cell in suite.cells:
        protocol_of(suite, cell)
    return suite


def override(suite: Suite, changes: Overrides) -> Suite:
    """The suite with the changes in every cell.

    Raises:
        UsageError: a limit below one or shots below zero.
    """
    if changes.limit is not None and changes.limit < 1:
        problem = f"must be at least 1, got {changes.limit}"
        raise UsageError("--limit", problem, "Leave it out to score every item")
    if any(shots < 0 for shots in changes.shots):
        raise UsageError("--shots", f"must be 0 or more, got {min(changes.shots)}", "Give 0 for none")
    cells = (
        replace(
            cell,
            shots=changes.shots or cell.shots,
            templates=changes.templates or cell.templates,
            limit=cell.limit if changes.limit is None else changes.limit,
            shots_split="" if changes.shots_from else changes.shots_split or cell.shots_split,
            shots_from="" if changes.shots_split else changes.shots_from or cell.shots_from,
            protocol="" if changes.protocol else cell.protocol,
        )
        for cell in suite.cells
    )
    settings = (*suite.settings, *changes.settings)
    return replace(
        suite,
        cells=tuple(cells),
        protocol=changes.protocol or suite.protocol,
        settings=settings,
        allow_contamination=(*suite.allow_contamination, *changes.allow_contamination),
    )


def _known(kind: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise UnknownName(kind, name, known)
