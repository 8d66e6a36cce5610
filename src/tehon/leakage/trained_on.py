"""What a model was tuned on, as hashes that travel with it: enough to know an item again, too little to read one.

Of every content the file holds the hash of each stretch that can be a held-out text exactly (`stretches`), and of
instruction and input in one. Texts that are only nearly the same are known where the contents themselves are at hand:
when a release is built (`decontaminate`). Documents have no stretches, as a line of a novel proves nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tehon.errors import Damaged
from tehon.leakage.held_out import HeldOut
from tehon.leakage.held_out_index import Owner, read, write
from tehon.leakage.stretches import Block
from tehon.leakage.wanted import Wanted
from tehon.records.step import Content
from tehon.storage.atomic import atomic_path
from tehon.text.ngrams import Hashes, Places

TRAINED_ON = "trained_on.parquet"
"""Lies beside the weights of whatever was tuned."""
BLOCK = 4096
_NAME = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        pa.field("source", _NAME, nullable=False),
        pa.field("split", _NAME, nullable=False),
        pa.field("whole", pa.uint64(), nullable=False),
        pa.field("stretches", pa.list_(pa.uint64()), nullable=False),
    ]
)

Origin = tuple[str, str]
"""A source and one of its splits."""


class Seen(NamedTuple):
    """What a model was tuned on, beside what tasks ask.

    Attributes:
        contents: source and split -> how many contents.
        items: task -> source and split -> how many different items of the task stand in them.
    """

    contents: Counter[Origin]
    items: Mapping[str, Counter[Origin]]


def write_trained_on(contents: Iterable[Content], path: Path) -> None:
    """Write the hashes of these contents; the same contents give the same bytes."""
    stream = iter(contents)
    with atomic_path(path) as partial, pq.ParquetWriter(partial, SCHEMA, compression="zstd") as file:
        while block := list(islice(stream, BLOCK)):
            file.write_batch(_hashed(block))


def _hashed(contents: list[Content]) -> pa.RecordBatch:
    block = Block(contents)
    # Equal hashes of one content once, content by content.
    pairs = np.unique(
        np.rec.fromarrays([block.stretches.rows, block.stretch_keys], dtype=[("row", "<i8"), ("key", "<u8")])
    )
    offsets = np.searchsorted(pairs["row"], np.arange(len(contents) + 1))
    wholes = np.zeros(len(contents), dtype=np.uint64)
    rows, instructions, inputs = block.wholes()
    wholes[rows] = block.letters.joined(instructions, inputs)
    return pa.RecordBatch.from_arrays(
        [
            pa.array([content.source for content in contents], _NAME),
            pa.array([content.split for content in contents], _NAME),
            pa.array(wholes),
            pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(pairs["key"])),
        ],
        schema=SCHEMA,
    )


def look_up(path: Path, tasks: Mapping[str, Iterable[Wanted]]) -> Seen:
    """Which items of these tasks stand exactly in what a model was tuned on.

    Args:
        path: the file beside the model.
        tasks: name -> what is looked for.

    Raises:
        Damaged: the file cannot be read.
    """
    names = list(tasks)
    found: dict[str, dict[Origin, set[int]]] = {name: {} for name in names}
    contents: Counter[Origin] = Counter()
    held_out = _index(tasks)
    for origins, keys, rows, wholes in _batches(path):
        contents.update(origins)
        for row, owner, item in held_out.among(keys, rows, wholes):
            found[names[owner]].setdefault(origins[row], set()).add(item)
    counts = {name: Counter({origin: len(items) for origin, items in some.items()}) for name, some in found.items()}
    return Seen(contents, counts)


def _index(tasks: Mapping[str, Iterable[Wanted]]) -> HeldOut:
    owners = ((Owner(name=name, exactly="", nearly=""), items) for name, items in tasks.items())
    with TemporaryDirectory(prefix="tehon-") as folder:
        path = Path(folder) / "index"
        write(path, owners)
        return HeldOut(read(path))


def _batches(path: Path) -> Iterator[tuple[list[Origin], Hashes, Places, Hashes]]:
    """Origins, hashes of stretches with the rows that they belong to, and hashes of wholes."""
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(BLOCK):
                if not batch.schema.equals(SCHEMA):
                    raise Damaged(str(path), "must hold hashes of contents, but holds something else", "Tune again")
                sources, splits, wholes, stretches = batch.columns
                origins = list(zip(sources.to_pylist(), splits.to_pylist(), strict=True))
                counts = stretches.value_lengths().to_numpy()
                rows = np.repeat(np.arange(len(origins)), counts)
                yield origins, stretches.flatten().to_numpy(), rows, wholes.to_numpy()
    except (pa.ArrowInvalid, OSError) as error:
        raise Damaged(str(path), f"must hold hashes of contents, but {error}", "Tune again") from error
