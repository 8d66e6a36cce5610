"""What a release looks like: counts by part, lengths, one example of each source; counted shard by shard."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from tehon.describe.histogram import bucket
from tehon.records.corpus import Cluster, Example
from tehon.records.record import Record
from tehon.records.step import Content


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
    """Looks at the contents of one shard as they pass by."""

    def __init__(self) -> None:
        """Nothing has passed yet."""
        self._kinds: Counter[tuple[str, Cluster | None, str, str, str]] = Counter()
        self._asked, self._told = array("Q"), array("Q")
        self._first: Example | None = None

    def contents(self, contents: Iterable[Content]) -> Iterator[Content]:
        """The same contents, looked at."""
        for content in contents:
            if isinstance(content, Example):
                self._kinds[content.part, content.cluster, content.split, content.language, content.licence] += 1
                self._asked.append(len(content.instruction) + len(content.input))
                self._told.append(len(content.response))
                self._first = self._first or content
            else:
                self._kinds["", None, content.split, content.language, content.licence] += 1
                self._told.append(len(content.text))
            yield content

    def profile(self, source: str) -> ShardProfile:
        """What passed."""
        parts, clusters, splits, languages, licences = (self._by(place) for place in range(5))
        return ShardProfile(
            source=source,
            contents=self._kinds.total(),
            parts=parts,
            splits=splits,
            clusters=clusters,  # type: ignore[arg-type]
            languages=languages,
            licences=licences,
            asked=_buckets(self._asked),
            told=_buckets(self._told),
            characters=sum(self._asked) + sum(self._told),
            longest=max(map(sum, zip_longest(self._asked, self._told, fillvalue=0)), default=0),
            first=self._first,
        )

    def _by(self, place: int) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for kind, count in self._kinds.items():
            counts[kind[place] or ""] += count
        return dict(sorted((name, count) for name, count in counts.items() if name))


def _buckets(lengths: Iterable[int]) -> dict[int, int]:
    counts: Counter[int] = Counter()
    for length, count in Counter(lengths).items():
        counts[bucket(length)] += count
    return dict(sorted(counts.items()))


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
