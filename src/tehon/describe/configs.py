"""Selections of a release that can be loaded by name: one for each task cluster and each licence.

A shard holds one source, so a selection is a list of shards; it is offered only where it is exact, that is, where every
source in it lies in it with all its examples.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from tehon.describe.profile import Profile
from tehon.records.release import Release
from tehon.records.supply import Supply
from tehon.storage.shards import DATA
from tehon.writing.hub import Config, unique_configs

_SHARD = re.compile(rf"({DATA}/(\d+)-.+-)\d+\.parquet")


def configs(release: Release, supplies: Collection[Supply], profile: Profile, files: Collection[str]) -> list[Config]:
    """The whole first, under the name `default`; then clusters, then licences.

    Args:
        release: its counts.
        supplies: its sources, in the order by which shards are numbered.
        profile: its counts by part.
        files: every file of it; the shards are named `data/NN-SOURCE-NNNNN.parquet`.
    """
    patterns = _patterns(supplies, files)
    clusters = {
        supply.source.name: {
            part.cluster for part in supply.source.parts if profile.parts[supply.source.name, part.name]
        }
        for supply in supplies
    }
    licences = {supply.source.name: {supply.licence.spdx} for supply in supplies}
    selections: dict[str, tuple[str, ...]] = {"default": (f"{DATA}/*.parquet",)}
    counted: list[tuple[Mapping[str, int], Mapping[str, Collection[str]]]] = [
        ({str(name): count for name, count in release.by_cluster.items()}, clusters),
        (release.licences, licences),
    ]
    for counts, groups in counted:
        for name, sources in _exact(release.by_source, counts, groups):
            if 0 < len(sources) < len(patterns) and all(source in patterns for source in sources):
                selections.setdefault(name, tuple(patterns[source] for source in sources))
    return list(unique_configs(Config(name=name, files=files) for name, files in selections.items()))


def _patterns(supplies: Collection[Supply], files: Collection[str]) -> dict[str, str]:
    """Source -> the pattern of its shards."""
    names = [supply.source.name for supply in supplies]
    found = (_SHARD.fullmatch(file) for file in sorted(files))
    numbered = {int(match[2]): f"{match[1]}*.parquet" for match in found if match}
    return {names[number]: pattern for number, pattern in numbered.items() if number < len(names)}


def _exact(
    by_source: Mapping[str, int], counts: Mapping[str, int], groups: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, list[str]]]:
    """Each group with its sources, where these are in no other group and hold all that it counts."""
    for name in sorted(counts):
        sources = [source for source in by_source if name in groups.get(source, ())]
        alone = all(len(groups[source]) == 1 for source in sources)
        if alone and sum(by_source[source] for source in sources) == counts[name]:
            yield name, sources
