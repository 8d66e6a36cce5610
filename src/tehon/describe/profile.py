"""What a release looks like: counts by part, lengths, one example of each source; counted shard by shard."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tehon.describe.histogram import counts
from tehon.records.corpus import Cluster, Example
from tehon.records.record import Record

NAMES = ("part", "split", "cluster", "language", "licence")
"""Columns of which a profile counts every value; a document has not all of them."""
INSTRUCTION = "instruction"


class ShardProfile(Record, kw_only=True):
    """Counts over one shard, whose contents are all of one source.

    Attributes:
        source: the source's name.
        contents: how many there are.
        parts: part -> examples.
        splits: split -> contents.
        clusters: task cluster -> examples.
        languages: BCP 47 code -> contents.
        licences: SPDX expression -> contents.
        asked: length bucket -> examples, by the characters of instruction and input.
        told: length bucket -> contents, by the characters of the response or the text.
        characters: of all these texts together.
        longest: characters of the longest content.
        first: the first example.
    """

    source: str
    contents: int
    parts: dict[str, int]
    splits: dict[str, int]
    clusters: dict[Cluster, int]
    languages: dict[str, int]
    licences: dict[str, int]
    asked: dict[int, int]
    told: dict[int, int]
    characters: int
    longest: int
    first: Example | None


class Watch:
    """Looks at the contents of one shard as they pass by, many at a time."""

    def __init__(self) -> None:
        """Nothing has passed yet."""
        self._contents = self._characters = self._longest = 0
        self._names: dict[str, Counter[str]] = {name: Counter() for name in NAMES}
        self._asked: Counter[int] = Counter()
        self._told: Counter[int] = Counter()
        self._first: Example | None = None

    def batches(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The same batches, looked at."""
        for batch in batches:
            if batch.num_rows:
                self._look(batch)
            yield batch

    def _look(self, batch: pa.RecordBatch) -> None:
        self._contents += batch.num_rows
        for name in self._names.keys() & set(batch.schema.names):
            for counted in batch[name].value_counts().to_pylist():
                self._names[name][counted["values"]] += counted["counts"]
        asked = np.zeros(batch.num_rows, dtype=np.int64)
        if INSTRUCTION in batch.schema.names:
            asked = _lengths(batch[INSTRUCTION]) + _lengths(batch["input"])
            self._asked.update(counts(asked))
            self._first = self._first or msgspec.convert(batch.slice(0, 1).to_pylist()[0], Example)
        told = _lengths(batch["response" if INSTRUCTION in batch.schema.names else "text"])
        self._told.update(counts(told))
        self._characters += int(asked.sum() + told.sum())
        self._longest = max(self._longest, int((asked + told).max()))

    def profile(self, source: str) -> ShardProfile:
        """What passed."""
        parts, splits, clusters, languages, licences = (dict(sorted(self._names[name].items())) for name in NAMES)
        return ShardProfile(
            source=source,
            contents=self._contents,
            parts=parts,
            splits=splits,
            clusters=clusters,  # type: ignore[arg-type]
            languages=languages,
            licences=licences,
            asked=dict(sorted(self._asked.items())),
            told=dict(sorted(self._told.items())),
            characters=self._characters,
            longest=self._longest,
            first=self._first,
        )


def _lengths(texts: pa.Array) -> NDArray[np.int64]:
    """Characters of each text."""
    lengths: NDArray[np.int64] = pc.utf8_length(texts).to_numpy(zero_copy_only=False).astype(np.int64)
    return lengths


class Profile:
    """A whole release.

    Attributes:
        sources: source -> contents, in the order of the release.
        clusters: task cluster -> examples.
        licences: SPDX expression -> contents.
        languages: BCP 47 code -> contents.
        parts: (source, part) -> examples.
        splits: (source, split) -> contents.
        characters: source -> characters of its contents together.
        longest: source -> characters of its longest content.
        asked: source -> length bucket -> examples, by the characters of instruction and input.
        told: source -> length bucket -> contents, by the characters of the response or the text.
        first: source -> its first example.
    """

    def __init__(self, shards: Iterable[ShardProfile]) -> None:
        """Add the shards up."""
        self.sources: Counter[str] = Counter()
        self.clusters: Counter[Cluster] = Counter()
        self.licences: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.parts: Counter[tuple[str, str]] = Counter()
        self.splits: Counter[tuple[str, str]] = Counter()
        self.characters: Counter[str] = Counter()
        self.longest: dict[str, int] = {}
        self.asked: dict[str, Counter[int]] = {}
        self.told: dict[str, Counter[int]] = {}
        self.first: dict[str, Example] = {}
        for shard in shards:
            self._add(shard)

    def _add(self, shard: ShardProfile) -> None:
        source = shard.source
        self.sources[source] += shard.contents
        self.clusters.update(shard.clusters)
        self.licences.update(shard.licences)
        self.languages.update(shard.languages)
        self.parts.update({(source, part): count for part, count in shard.parts.items()})
        self.splits.update({(source, split): count for split, count in shard.splits.items()})
        self.characters[source] += shard.characters
        self.longest[source] = max(shard.longest, self.longest.get(source, 0))
        self.asked.setdefault(source, Counter()).update(shard.asked)
        self.told.setdefault(source, Counter()).update(shard.told)
        if shard.first is not None:
            self.first.setdefault(source, shard.first)
