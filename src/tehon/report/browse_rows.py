"""Rows of results by their numbers, in any order, without more than one group of rows in memory."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tehon.errors import Damaged
from tehon.records.record import Record
from tehon.records.scores import Matched, Part


class Shown(Record, kw_only=True):
    """What a reader sees of an item's row: columns of `ItemResult`."""

    item: str
    seed: int | None
    instruction: str
    input: str
    category: str
    context: str
    gold: str
    references: tuple[str, ...]
    value: float | None
    choices: tuple[str, ...]
    logprobs: tuple[float, ...]
    prediction: str
    correct: bool | None
    f1: float | None
    output: str
    matched: Matched
    said: str
    tokens: int
    end_logprob: float | None
    finish: Literal["end", "stop", "length", ""]
    prompt_tokens: int
    truncated: int
    dropped_shots: int
    cut: tuple[Part, ...]
    skipped: bool


class Rows:
    """The rows of a file.

    Args:
        path: of the results.
    """

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            Damaged: it cannot be read.
        """
        self._path = path
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowInvalid, OSError) as error:
            raise self._damaged(error) from error
        told = self._file.metadata
        self._ends = np.cumsum([told.row_group(group).num_rows for group in range(told.num_row_groups)])
        self._group = -1
        self._held = pa.table({})

    def take(self, numbers: Sequence[int]) -> list[Shown]:
        """These rows, in this order.

        Raises:
            Damaged: the file holds something else.
        """
        if not numbers:
            return []
        groups = np.searchsorted(self._ends, numbers, side="right")
        found: dict[int, Shown] = {}
        try:
            for group in np.unique(groups).tolist():
                chosen = [number for number, own in zip(numbers, groups.tolist(), strict=True) if own == group]
                first = int(self._ends[group - 1]) if group else 0
                rows = self._load(group).take([number - first for number in chosen]).to_pylist()
                found.update(zip(chosen, msgspec.convert(rows, list[Shown]), strict=True))
        except (pa.ArrowInvalid, OSError, msgspec.ValidationError) as error:
            raise self._damaged(error) from error
        return [found[number] for number in numbers]

    def _load(self, group: int) -> pa.Table:
        if group != self._group:
            self._held = self._file.read_row_group(group, columns=list(Shown.__struct_fields__))
            self._group = group
        return self._held

    def _damaged(self, error: Exception) -> Damaged:
        return Damaged(str(self._path), f"must hold results item by item, but {error}", "Evaluate again")
