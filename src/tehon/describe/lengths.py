"""How long the texts of every source are, drawn on one axis."""

from collections.abc import Mapping

from tehon.describe.histogram import Bin, bins, bucket, lowest, median
from tehon.describe.profile import Profile
from tehon.records.record import Record
from tehon.records.release import Release
from tehon.records.supply import Supply

DECADES = tuple(10**power for power in range(1, 7))


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


def axis_of(profile: Profile) -> Axis:
    """The axis on which every length has a place."""
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


def measured(supply: Supply, release: Release, profile: Profile, axis: Axis) -> Measured:
    """How long the contents of one source are."""
    name = supply.source.name
    return Measured(
        source=name,
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
