"""card.html: the card with figures, one page that needs nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import get_args

from tehon.build import legal
from tehon.build.caveats import caveats
from tehon.build.histogram import Bin, bins, bucket, lowest, median
from tehon.build.profile import Profile
from tehon.build.read import Supply
from tehon.build.treemap import treemap
from tehon.records.corpus import Cluster
from tehon.records.record import Record
from tehon.records.release import LedgerLine, Mixture, Release
from tehon.writing import html, words

WIDE, NARROW = (976, 440), (358, 520)
"""Width and height of the treemap on a desk and on a telephone, in pixels."""
DECADES = tuple(10**power for power in range(1, 7))
DOCUMENTS = "documents"
SHOWN = 400
"""Characters of a text on the page."""


class Lengths(Record, kw_only=True):
    """How long one kind of text of one source is.

    Attributes:
        heights: of every bar on the common axis, in percent of the tallest.
        summary: the same in words, in characters.
    """

    heights: tuple[float, ...]
    summary: str


class Measured(Record, kw_only=True):
    """One source's lengths."""

    source: str
    title: str
    asked: Lengths
    told: Lengths
    mean: int
    longest: int


class Axis(Record, kw_only=True):
    """The common axis of all lengths.

    Attributes:
        first: the number of its first bucket.
        width: of one bucket, in percent.
        ticks: place in percent, and what is written there.
    """

    first: int
    width: float
    ticks: tuple[tuple[float, str], ...]


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
    axis = _axis(profile)
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
            _measured(supply, release, profile, axis) for supply in supplies if profile.told.get(supply.source.name)
        ],
        "ways": list(_ways(release.ledger)),
        "glimpses": profile.first,
        "citations": sorted({supply.source.citation for supply in supplies}),
        "words": words,
        "legal": legal,
        "shortened": shortened,
    }
    return html.page("tehon.build", "card.html.jinja", values)


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


def _axis(profile: Profile) -> Axis:
    numbers = [number for counts in (*profile.asked.values(), *profile.told.values()) for number in counts]
    first, last = min(numbers, default=0), max(numbers, default=0)
    width = 100 / (last - first + 1)
    places = {value: (bucket(value) - first + _within(value)) * width for value in DECADES}
    ticks = tuple((round(place, 2), f"{value:,}") for value, place in places.items() if 0 <= place <= 100)  # noqa: PLR2004
    return Axis(first=first, width=width, ticks=ticks)


def _within(length: int) -> float:
    """How far into its bucket a length lies, from 0 to 1."""
    start, stop = lowest(bucket(length)), lowest(bucket(length) + 1)
    return (length - start) / (stop - start)


def _measured(supply: Supply, release: Release, profile: Profile, axis: Axis) -> Measured:
    name = supply.source.name
    return Measured(
        source=name,
        title=supply.source.title,
        asked=_lengths(profile.asked.get(name, {}), axis),
        told=_lengths(profile.told[name], axis),
        mean=round(profile.characters[name] / max(release.by_source[name], 1)),
        longest=profile.longest[name],
    )


def _lengths(counts: Mapping[int, int], axis: Axis) -> Lengths:
    histogram = bins(counts)
    if not histogram:
        return Lengths(heights=(), summary="none")
    tallest = max(each.count for each in histogram)
    heights = tuple(
        round(100 * counts.get(axis.first + place, 0) / tallest, 1) for place in range(round(100 / axis.width))
    )
    return Lengths(heights=heights, summary=f"median {_span(median(histogram))}, at most {histogram[-1].upper:,}")


def _span(found: Bin) -> str:
    return f"{found.lower:,}" if found.lower == found.upper else f"{found.lower:,}–{found.upper:,}"


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
