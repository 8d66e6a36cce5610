"""card.html: the card with figures, one page that needs nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import get_args

from tehon.describe import legal
from tehon.describe.caveats import caveats
from tehon.describe.lengths import axis_of, measured
from tehon.describe.profile import Profile
from tehon.describe.treemap import treemap
from tehon.records.corpus import Cluster
from tehon.records.record import Record
from tehon.records.release import LedgerLine, Mixture, Release
from tehon.records.supply import Supply
from tehon.writing import html, words

WIDE, NARROW = (976, 440), (358, 520)
"""Width and height of the treemap on a desk and on a telephone, in pixels."""
DOCUMENTS = "documents"
SHOWN = 400
"""Characters of a text on the page."""


class Way(Record, kw_only=True):
    """One source's way through all steps.

    Attributes:
        source: its name.
        read: rows that came in.
        kept: rows that were left in the end.
        lost: step, reason and rows, in order.
        notes: what else the steps say.
    """

    source: str
    read: int
    kept: int
    lost: tuple[tuple[str, str, int], ...]
    notes: tuple[str, ...]

    @property
    def share(self) -> float:
        """Of the rows, those that were kept; 1 only where it was all of them."""
        return self.kept * 1000 // max(self.read, 1) / 1000


def page(release: Release, mixture: Mixture, supplies: Sequence[Supply], profile: Profile) -> str:
    """The whole page."""
    clusters = by_cluster(supplies, profile) or {DOCUMENTS: dict(release.by_source)}
    axis = axis_of(profile)
    values = {
        "release": release,
        "mixture": mixture,
        "supplies": [supply for supply in supplies if release.by_source.get(supply.source.name)],
        "noun": "document" if mixture.kind == DOCUMENTS else "example",
        "caveats": caveats(release, mixture, supplies, profile),
        "clusters": clusters,
        "kinds": {cluster: place for place, cluster in enumerate(get_args(Cluster))} | {DOCUMENTS: "none"},
        "drawings": [(name, *size, treemap(clusters, *size)) for name, size in (("wide", WIDE), ("narrow", NARROW))],
        "axis": axis,
        "measured": [
            measured(supply, release, profile, axis) for supply in supplies if profile.told.get(supply.source.name)
        ],
        "ways": list(_ways(release.ledger)),
        "glimpses": profile.first,
        "citations": sorted({supply.source.citation for supply in supplies}),
        "words": words,
        "legal": legal,
        "shortened": shortened,
    }
    return html.page("tehon.describe", "card.html.jinja", values)


def by_cluster(supplies: Sequence[Supply], profile: Profile) -> dict[str, dict[str, int]]:
    """Cluster -> source -> examples, the largest cluster and source first."""
    counts: dict[str, dict[str, int]] = {}
    for source in (supply.source for supply in supplies):
        for part in source.parts:
            if count := profile.parts[source.name, part.name]:
                inner = counts.setdefault(part.cluster, {})
                inner[source.name] = inner.get(source.name, 0) + count
    ordered = {cluster: _largest_first(inner) for cluster, inner in counts.items()}
    sizes = _largest_first({cluster: sum(inner.values()) for cluster, inner in ordered.items()})
    return {cluster: ordered[cluster] for cluster in sizes}


def _largest_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def shortened(text: str) -> str:
    """The beginning of a long text."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _ways(ledger: Sequence[LedgerLine]) -> Iterator[Way]:
    for source, lines in groupby(ledger, key=lambda line: line.source):
        steps = list(lines)
        yield Way(
            source=source,
            read=steps[0].read,
            kept=steps[-1].kept,
            lost=tuple((line.step, reason, count) for line in steps for reason, count in line.dropped.items()),
            notes=tuple(line.note for line in steps if line.note),
        )
