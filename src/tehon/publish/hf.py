"""A release as a folder that `datasets.load_dataset` loads: plain columns, known sizes, and every selection exact.

A release keeps one source a shard, so a source of several task clusters belongs to no selection by cluster. Here rows
are sorted into files by source, cluster and licence, so that each cluster and each licence is a selection of its own.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from tehon.progress import Advance
from tehon.publish.card import card
from tehon.publish.finished import Finished
from tehon.publish.rows import batches, conversations
from tehon.publish.sorter import Sorted, Sorter
from tehon.records.publishing import Export
from tehon.storage.atomic import write_text
from tehon.storage.shards import DATA, LAYOUTS
from tehon.writing.hub import Config, unique_configs


def write_hf(release: Finished, out: Path, advance: Advance) -> Export:
    """Write Parquet with plain columns, and a card whose head names features, sizes and selections.

    Args:
        release: of either kind.
        out: an empty folder.
        advance: told of rows.

    Raises:
        Damaged: a shard cannot be read.
    """
    schema = plain_schema(LAYOUTS[release.mixture.kind].schema)
    with Sorter(out / DATA, schema) as sorter:
        for batch in batches(release.path):
            sorter.add(batch)
            advance(batch.num_rows)
    made = Export(
        name=release.release.name,
        layout="hf",
        digest=release.release.digest,
        examples=sum(group.rows for group in sorter.groups),
        left_out={},
        with_history=conversations(release.path) if release.mixture.kind == "examples" else 0,
        licence=release.release.licence,
        licences=release.release.licences,
        shared=release.mixture.shared,
    )
    features = {field.name: _turns(field.type) for field in schema}
    write_text(out / "README.md", card(made, release, unique_configs(_selections(sorter.groups)), features))
    return made


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """The schema without dictionaries."""
    return pa.schema([(field.name, field.type.value_type if _coded(field.type) else field.type) for field in schema])


def _coded(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind))


def _turns(kind: pa.DataType) -> tuple[str, ...]:
    """The fields of a list's records; none for a text."""
    return tuple(field.name for field in kind.value_type) if pa.types.is_list(kind) else ()


def _selections(groups: Sequence[Sorted]) -> Iterator[Config]:
    yield _config("default", (f"{DATA}/*.parquet",), groups)
    for names in (
        sorted({group.cluster for group in groups} - {""}),
        sorted({group.licence for group in groups}),
    ):
        for name in names:
            chosen = [group for group in groups if name in {group.cluster, group.licence}]
            if len(names) > 1:
                yield _config(name, tuple(f"{DATA}/{group.prefix}*.parquet" for group in chosen), chosen)


def _config(name: str, files: tuple[str, ...], groups: Sequence[Sorted]) -> Config:
    rows, size = sum(group.rows for group in groups), sum(group.size_bytes for group in groups)
    return Config(name=name, files=files, rows=rows, size_bytes=size)
