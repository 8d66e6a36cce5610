"""What lies between two releases, and what leaving a source out would do."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from tehon.errors import DataError, UnknownName
from tehon.publish.finished import Finished, open_release
from tehon.publish.matching import match
from tehon.records.publishing import Counted, Differences, Foreseen, Moved, Setting, Side
from tehon.records.release import Release

_NONE = object()
REPEATS = {"deduplicate", "near duplicates"}
"""Steps that leave out what stood before; without the sources that it stood in, it may come back."""


def differences(before: Path, after: Path) -> Differences:
    """What lies between two finished releases of the same kind.

    Raises:
        RawFileMissing: one is not finished.
        DataError: a folder holds something else, or one release holds examples and the other documents.
        Damaged: one cannot be read.
    """
    first, second = open_release(before), open_release(after)
    kinds = first.mixture.kind, second.mixture.kind
    if kinds[0] != kinds[1]:
        problem = f"must both hold the same, but one holds {kinds[0]} and the other {kinds[1]}"
        raise DataError(f"{before}, {after}", problem, "Compare releases of one kind")
    equal = first.release.digest == second.release.digest
    found = None if equal else match(before, after, kinds[0])
    moved = found.moved if found else _all_same(first.release)
    return Differences(
        before=_side(first.release),
        after=_side(second.release),
        reordered=not equal and not any(each.changed or each.gone or each.new for each in moved),
        sources=_counted(first.release.by_source, second.release.by_source),
        clusters=_counted(first.release.by_cluster, second.release.by_cluster),
        licences=_counted(first.release.licences, second.release.licences),
        moved=moved,
        shown=found.shown if found else (),
        settings=tuple(_settings(first, second)),
        inputs=_inputs(first.manifest.inputs, second.manifest.inputs),
    )


def foresee(release: Release, without: Collection[str]) -> Foreseen:
    """What the release would be without some of its sources, told from its ledger alone.

    Raises:
        UnknownName: it has no such source.
    """
    for name in without:
        if name not in release.by_source:
            raise UnknownName("source", name, release.by_source)
    kept = {name: count for name, count in release.by_source.items() if name not in without}
    may_return = sum(
        sum(line.dropped.values()) for line in release.ledger if line.step in REPEATS and line.source in kept
    )
    return Foreseen(
        before=release.examples,
        after=sum(kept.values()),
        sources=_counted(release.by_source, kept),
        may_return=may_return,
    )


def _side(release: Release) -> Side:
    return Side(name=release.name, examples=release.examples, digest=release.digest, licence=release.licence)


def _all_same(release: Release) -> tuple[Moved, ...]:
    counts = sorted(release.by_source.items())
    return tuple(Moved(source=name, same=count, changed=0, gone=0, new=0) for name, count in counts)


def _counted(before: Mapping[Any, int], after: Mapping[Any, int]) -> tuple[Counted, ...]:
    names = dict.fromkeys([*before, *after])
    return tuple(Counted(name=name, before=before.get(name, 0), after=after.get(name, 0)) for name in names)


def _settings(first: Finished, second: Finished) -> Iterator[Setting]:
    yield from _unlike(first.manifest.config.get("mixture"), second.manifest.config.get("mixture"), "")


def _unlike(before: Any, after: Any, key: str) -> Iterator[Setting]:  # noqa: ANN401 - plain data of any shape
    """Every value that differs, under its dotted key; a table that one side lacks is one value."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            yield from _unlike(before.get(name, _NONE), after.get(name, _NONE), f"{key}.{name}" if key else name)
    elif before != after:
        yield Setting(key=key, before=_json(before), after=_json(after))


def _json(value: Any) -> str:  # noqa: ANN401 - plain data of any shape
    return "" if value is _NONE else msgspec.json.encode(value).decode()


def _inputs(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    changes = {}
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            changes[name] = "new" if name not in before else "gone" if name not in after else "changed"
    return changes
