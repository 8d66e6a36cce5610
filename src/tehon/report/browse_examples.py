"""A release's examples as the page shows them: what is read, what is learnt, and where it comes from."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tehon.errors import Damaged
from tehon.records.corpus import Document, Example
from tehon.records.record import Record
from tehon.records.step import Content
from tehon.report.browse_drops import read_drops
from tehon.report.browse_pack import Browser, Facet, Labels, Packer
from tehon.report.browse_sample import Hashes, below, bound, hash_of
from tehon.storage.shards import BATCH_ROWS, shards

MOST = 20_000
"""Examples that a page holds."""
ABOUT = 120
"""Characters that stand for an example in the list."""
NAMED = 20
"""Rows that repeat an example and are named at it; the others are counted."""
TITLES = {
    "release": "Release",
    "source": "Source",
    "cluster": "Task cluster",
    "licence": "Licence",
    "repeated": "Repeated by rows left out",
}


class Segment(Record, kw_only=True, omit_defaults=True):
    """A text of an example, whose it is, and whether it is learnt."""

    name: str
    text: str
    scored: bool = False


class Line(Record, kw_only=True, omit_defaults=True):
    """One example or document.

    Attributes:
        id: in the release.
        about: its beginning, on one line.
        upstream: the corpus's own id.
        part: of the source.
        split: upstream.
        language: BCP 47 code.
        segments: its texts in order.
        repeats: ids that were left out because they repeat it; a few of them.
        repeated: how many there are.
    """

    id: str
    about: str
    upstream: str
    part: str = ""
    split: str
    language: str
    segments: tuple[Segment, ...]
    repeats: tuple[str, ...] = ()
    repeated: int = 0


def examples(releases: Mapping[str, Path], limit: int = MOST) -> Browser:
    """The examples of some releases; where there are more than `limit`, those whose ids' hashes are lowest.

    Args:
        releases: folder name -> path.
        limit: a page holds so many at most.

    Raises:
        Damaged: a shard or a list of drops cannot be read.
    """
    labels = {name: Labels() for name in TITLES}
    packer = Packer(len(TITLES))
    hashes = {name: _hashes(path) for name, path in releases.items()}
    everything = np.concatenate([np.zeros(0, dtype=np.uint64), *hashes.values()])
    lowest = bound(everything, limit)
    for name, path in releases.items():
        repeats = _repeats(path, lowest)
        for content in _contents(path, hashes[name], lowest):
            left_out = repeats.get(content.id, ())
            values = (
                name,
                content.source,
                content.cluster if isinstance(content, Example) else "plain text",
                content.licence,
                "yes" if left_out else "no",
            )
            numbers = [each.number(value) for each, value in zip(labels.values(), values, strict=True)]
            packer.add(_line(content, left_out), numbers)
    facets = [Facet(name=name, title=title, labels=labels[name].labels) for name, title in TITLES.items()]
    return packer.finish("examples", len(everything), facets, {})


def _repeats(folder: Path, lowest: int | None) -> dict[str, list[str]]:
    """Of the examples that are shown, what was left out because it repeats them."""
    found: dict[str, list[str]] = {}
    for drop in read_drops(folder):
        if drop.repeats and (lowest is None or hash_of(drop.repeats) < lowest):
            found.setdefault(drop.repeats, []).append(drop.example_id)
    return found


def _hashes(folder: Path) -> Hashes:
    """Of every content's id, 8 bytes a content; no other column is read."""
    found = [np.zeros(0, dtype=np.uint64)]
    for batch in _batches(folder, ["id"]):
        ids = batch.column(0).to_pylist()
        found.append(np.array(list(map(hash_of, ids)), dtype=np.uint64))
    return np.concatenate(found)


def _contents(folder: Path, hashes: Hashes, lowest: int | None) -> Iterator[Content]:
    """The contents whose hashes are low enough, in order; only they become values."""
    start = 0
    for batch in _batches(folder, None):
        own = hashes[start : start + batch.num_rows]
        chosen = batch.filter(pa.array(below(own, lowest)))
        kind = Example if "response" in batch.schema.names else Document
        try:
            yield from msgspec.convert(chosen.to_pylist(), list[kind])  # type: ignore[valid-type]
        except msgspec.ValidationError as error:
            raise _damaged(folder, error) from error
        start += batch.num_rows


def _batches(folder: Path, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    for path in shards(folder):
        try:
            with pq.ParquetFile(path) as shard:
                yield from shard.iter_batches(BATCH_ROWS, columns=columns)
        except (pa.ArrowInvalid, OSError) as error:
            raise _damaged(path, error) from error


def _damaged(where: Path, error: Exception) -> Damaged:
    return Damaged(str(where), f"must be a shard of a release, but {error}", "Build the release again")


def _line(content: Content, left_out: Sequence[str]) -> Line:
    if isinstance(content, Document):
        segments: tuple[Segment, ...] = (
            Segment(name="title", text=content.title),
            Segment(name="text", text=content.text, scored=True),
        )
        about, part = content.title or content.text, ""
    else:
        turns = [
            Segment(name=turn.role, text=turn.content, scored=turn.role == "assistant") for turn in content.history
        ]
        segments = (
            *turns,
            Segment(name="instruction", text=content.instruction),
            Segment(name="input", text=content.input),
            Segment(name="response", text=content.response, scored=True),
        )
        about, part = f"{content.instruction} {content.input}", content.part
    return Line(
        id=content.id,
        about=" ".join(about.split())[:ABOUT],
        upstream=content.upstream_id,
        part=part,
        split=content.split,
        language=content.language,
        segments=tuple(segment for segment in segments if segment.text),
        repeats=tuple(left_out[:NAMED]),
        repeated=len(left_out),
    )
