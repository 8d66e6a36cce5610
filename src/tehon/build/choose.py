"""Which mixture is meant: a shipped one, a TOML file, or sources joined by `+`."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from tehon.errors import UnknownName, UsageError
from tehon.formats.toml import to_record
from tehon.recipes import MIXTURES
from tehon.records.release import Mixture
from tehon.sources import SOURCES


def choose_mixture(asked: str, changes: tuple[str, ...] = ()) -> Mixture:
    """The mixture that these words name; every source in it exists.

    Args:
        asked: a name on the shelf, a path ending in `.toml`, or `jqac+aio`.
        changes: `key.sub=value` assignments over it.

    Raises:
        UnknownName: no mixture has that name, or no source a name in it.
        BadConfig: the file breaks the mixture's schema.
    """
    names = asked.split("+")
    if asked in MIXTURES or asked.endswith(".toml"):
        mixture = MIXTURES.open(asked, changes)
    elif len(names) > 1 or asked in SOURCES:
        mixture = to_record(as_published(asked, names), Mixture, asked, changes)
    else:
        raise UnknownName("mixture", asked, {*MIXTURES, *SOURCES})
    for name in mixture.sources:
        if name not in SOURCES:
            raise UnknownName("source", name, SOURCES)
    return mixture


def leave_out(mixture: Mixture, names: Sequence[str]) -> Mixture:
    """The mixture without these sources.

    Raises:
        UnknownName: one is not in it.
        UsageError: none would be left.
    """
    for name in names:
        if name not in mixture.sources:
            raise UnknownName("source", name, mixture.sources)
    kept = {name: share for name, share in mixture.sources.items() if name not in names}
    if not kept:
        raise UsageError("--without", "must leave at least one source, but leaves none", "Leave out fewer")
    return replace(mixture, sources=kept)


def as_published(asked: str, names: list[str]) -> dict[str, Any]:
    """Sources by name alone: whole, and as the paper's authors read them, so that their counts can be checked."""
    return {
        "name": asked,
        "title": "Whole sources, as the paper's authors read them",
        "sources": {name: {} for name in names},
        "rendering": "published",
        "deduplicate": False,
    }
