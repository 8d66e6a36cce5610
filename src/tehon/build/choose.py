"""Which mixture is meant: a shipped one, a TOML file, or sources joined by `+`."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from tehon.errors import BadConfig, UnknownName, UsageError
from tehon.formats.toml import to_record
from tehon.recipes import MIXTURES
from tehon.records.corpus import Source
from tehon.records.release import Mixture, Share
from tehon.sources import SOURCES


def choose_mixture(asked: str, changes: tuple[str, ...] = ()) -> Mixture:
    """The mixture that these words name; every source in it exists, and what it says of them.

    Args:
        asked: a name on the shelf, a path ending in `.toml`, or `jqac+aio`.
        changes: `key.sub=value` assignments over it.

    Raises:
        UnknownName: no mixture has that name, or no source, part, split or variant a name in it.
        BadConfig: the file breaks the mixture's schema, or asks for a variant of a source that has none.
    """
    names = asked.split("+")
    if asked in MIXTURES or asked.endswith(".toml"):
        mixture = MIXTURES.open(asked, changes)
    elif len(names) > 1 or asked in SOURCES:
        mixture = to_record(as_published(asked, names), Mixture, asked, changes)
    else:
        raise UnknownName("mixture", asked, {*MIXTURES, *SOURCES})
    for name, share in mixture.sources.items():
        if name not in SOURCES:
            raise UnknownName("source", name, SOURCES)
        if not SOURCES[name].stated:  # what the raw folder states is not at hand here
            _see_known(SOURCES[name], share)
    return mixture


def _see_known(source: Source, share: Share) -> None:
    """See that parts, splits and a variant that are asked for exist."""
    if share.variant and not source.variants:
        problem = f"has no variants, but {share.variant} is asked for"
        raise BadConfig(f"source {source.name}", problem, "Take it out of the mixture")
    parts = [part.name for part in source.parts]
    asked: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
        ("part", share.parts or (), parts),
        ("split", share.splits or (), source.splits),
        ("variant", (share.variant,) if share.variant else (), source.variants),
    )
    for kind, names, known in asked:
        for name in names:
            if name not in known:
                raise UnknownName(f"{kind} of {source.name}", name, known)


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
