"""What a build left out, why, and what it repeats, read from a release's list of drops."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import numpy as np

from tehon.errors import Damaged
from tehon.records.corpus import Drop
from tehon.records.record import Record
from tehon.report.browse_pack import Browser, Facet, Labels, Packer
from tehon.report.browse_sample import bound, hash_of

DROPS = "drops.jsonl"
MOST = 5_000
"""Rows left out that a page names."""
TITLES = {"release": "Release", "step": "Step", "reason": "Reason", "source": "Source"}


class Line(Record, kw_only=True, omit_defaults=True):
    """One row that was left out; `id` is the example's, or `source/file:row` where it never became one."""

    id: str
    repeats: str = ""
    damaged: bool = False
    byte_offset: int | None = None


def drops(releases: Mapping[str, Path], sources: Mapping[str, tuple[str, ...]], limit: int = MOST) -> Browser:
    """What was left out of some releases; where there is more than `limit`, what has the lowest hashes.

    Args:
        releases: folder name -> path.
        sources: folder name -> the release's sources.
        limit: a page names so many at most.

    Raises:
        Damaged: a list cannot be read.
    """
    labels = {name: Labels() for name in TITLES}
    packer = Packer(len(TITLES))
    found = (hash_of(drop.example_id) for path in releases.values() for drop in read_drops(path))
    hashes = np.fromiter(found, dtype=np.uint64)
    lowest = bound(hashes, limit)
    for name, path in releases.items():
        for drop in read_drops(path):
            if lowest is None or hash_of(drop.example_id) < lowest:
                values = (name, drop.step, drop.reason, _source(drop, sources[name]))
                numbers = [each.number(value) for each, value in zip(labels.values(), values, strict=True)]
                told = Line(
                    id=drop.example_id, repeats=drop.repeats, damaged=drop.damaged, byte_offset=drop.byte_offset
                )
                packer.add(told, numbers)
    facets = [Facet(name=name, title=title, labels=labels[name].labels) for name, title in TITLES.items()]
    return packer.finish("drops", len(hashes), facets, {})


def read_drops(folder: Path) -> Iterator[Drop]:
    """Every row that was left out of a release, line by line; none where there is no list.

    Raises:
        Damaged: a line is no drop.
    """
    path = folder / DROPS
    if not path.is_file():
        return
    decoder = msgspec.json.Decoder(Drop)
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                problem = f"must be a row that was left out, but {error}"
                raise Damaged(f"{path}:{number}", problem, "Build the release again") from error


def _source(drop: Drop, sources: tuple[str, ...]) -> str:
    """The source that an id begins with; a source's own name may hold a slash."""
    own = [source for source in sources if drop.example_id.startswith(f"{source}/")]
    return max(own, key=len, default=drop.example_id.partition("/")[0])
