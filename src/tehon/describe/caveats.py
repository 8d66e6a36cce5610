"""What must be known before a release is used, in plain sentences: for the card, its page and the Croissant file."""

from collections.abc import Iterator, Sequence

from tehon.describe.licences import UNKNOWN
from tehon.describe.profile import Profile
from tehon.records.release import Mixture, Release
from tehon.records.supply import Supply
from tehon.writing.words import listing


def caveats(release: Release, mixture: Mixture, supplies: Sequence[Supply], profile: Profile) -> list[str]:
    """The sentences, the most serious first."""
    return [
        *_licence(release, mixture, supplies),
        *(f"{supply.source.name} is a stand-in: {supply.stand_in}" for supply in supplies if supply.stand_in),
        *_evaluation(mixture, supplies, profile),
        *_passages(release),
    ]


def _licence(release: Release, mixture: Mixture, supplies: Sequence[Supply]) -> Iterator[str]:
    if not mixture.shared:
        yield "This release is for its builder's own use and must not be shared: its mixture says shared = false."
    unknown = [supply.source.name for supply in supplies if supply.licence.spdx == UNKNOWN]
    if release.licence == UNKNOWN and unknown:
        yield f"The licence of {listing(unknown)} is not stated: do not share this release, and use it for no profit."


def _passages(release: Release) -> Iterator[str]:
    for source, tasks in release.shared_passages.items():
        shared = listing([f"{task} ({count:,})" for task, count in tasks.items()])
        yield f"Examples of {source} ask something else about passages of {shared}: no answer is leaked by that."


def _evaluation(mixture: Mixture, supplies: Sequence[Supply], profile: Profile) -> Iterator[str]:
    for source in (supply.source for supply in supplies):
        evaluated = [split for split, trained in source.splits.items() if not trained]
        read = [split for split in evaluated if profile.splits[source.name, split]]
        if read:
            yield f"{source.name} gave its evaluation data ({listing(read)}): scores on them would prove nothing."
    families = sorted({supply.source.benchmark for supply in supplies} - {""})
    if families:
        yield f"Scores on {listing(families)} are in-family: their training data, or data like them, are in here."
    held = [*mixture.held_out, *mixture.held_out_files]
    yield f"Checked against the items of {listing(held)}." if held else "Checked against no evaluation task."
