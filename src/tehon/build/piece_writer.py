"""Writes what is left of a piece, and the keys by which later steps decide over it, in constant memory."""

from array import array
from collections.abc import Iterable
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tehon.build.deduplicate import writing_key
from tehon.build.mix import choice_keys, purposes
from tehon.build.near import band_keys
from tehon.build.packed import CHUNK_ROWS, Packer
from tehon.build.piece import BANDS, CHOICES, KEYS, NUMBERS
from tehon.records.release import Mixture, Share
from tehon.records.step import Content

BUFFER = 1 << 20
KEY_SCHEMA = pa.schema([("high", pa.uint64()), ("low", pa.uint64())])


class PieceWriter:
    """Writes contents one after the other; what it holds in memory is 12 bytes of each.

    Args:
        folder: of the piece.
        mixture: whose seed and near-duplicates count.
        share: what has to be chosen of the source.

    Attributes:
        count: contents written.
    """

    def __init__(self, folder: Path, mixture: Mixture, share: Share) -> None:
        """Open nothing yet."""
        self.count = 0
        self._folder, self._mixture, self._share = folder, mixture, share
        self._numbers, self._choices = array("I"), array("Q")
        self._chosen = bool(purposes(share))
        self._files = ExitStack()

    def __enter__(self) -> Self:
        near, stack = self._mixture.near_duplicates, self._files
        self._packer = stack.enter_context(Packer(self._folder, self._mixture.kind))
        self._keys = stack.enter_context(pq.ParquetWriter(self._folder / KEYS, KEY_SCHEMA, compression="none"))
        if near:
            bands = pa.schema([(f"b{i}", pa.uint64()) for i in range(near.bands)])
            self._bands = stack.enter_context(pq.ParquetWriter(self._folder / BANDS, bands, compression="none"))
        return self

    def __exit__(self, *raised: object) -> None:
        self._files.close()
        if raised[0] is None:
            np.save(self._folder / NUMBERS, np.frombuffer(self._numbers, dtype=np.uint32))
            np.save(self._folder / CHOICES, np.frombuffer(self._choices, dtype=np.uint64))

    def write(self, contents: Iterable[Content]) -> None:
        """Write contents in their order."""
        stream = iter(contents)
        while batch := list(islice(stream, CHUNK_ROWS)):
            self._write(batch)

    def _write(self, batch: list[Content]) -> None:
        seed = self._mixture.seed
        self._packer.write(batch)
        self._numbers.extend([int(content.id.rpartition("/")[2]) for content in batch])
        if self._chosen:
            self._choices.extend(key for content in batch for key in choice_keys(content, self._share, seed))
        keys = np.frombuffer(b"".join(map(writing_key, batch)), dtype=">u8").astype(np.uint64).reshape(-1, 2)
        self._keys.write_batch(pa.record_batch([keys[:, 0], keys[:, 1]], schema=KEY_SCHEMA))
        if self._mixture.near_duplicates:
            bands = band_keys(batch, self._mixture.near_duplicates)
            self._bands.write_batch(pa.record_batch(list(bands.T), schema=self._bands.schema))
        self.count += len(batch)
