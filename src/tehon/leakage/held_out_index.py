"""The file of held-out items: hashes of their texts, none of which can be read in it.

An item is a few units, texts that must all stand in a content for the item to be asked there. A unit is known exactly
by one hash, and nearly by its seeds (`seeds`) and by short hashes of its pairs of letters (`alignment`). Equal units
are kept once.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from tehon.errors import Damaged
from tehon.leakage.alignment import Units
from tehon.leakage.gathering import Gathering
from tehon.leakage.seeds import Seeds
from tehon.leakage.wanted import Wanted
from tehon.records.record import Record
from tehon.storage.atomic import write_bytes
from tehon.text.ngrams import Hashes, Places

LAYOUT = 1
_TYPES = {
    "unit_keys": "<u8",
    "unit_lengths": "<u4",
    "unit_numerals": "<u8",
    "pairs": "<u4",
    "seed_keys": "<u8",
    "seed_units": "<u4",
    "seed_ats": "<u4",
    "item_units": "<u4",
    "item_counts": "<u4",
    "item_owners": "<u4",
    "whole_keys": "<u8",
    "whole_owners": "<u4",
    "passage_units": "<u4",
    "passage_owners": "<u4",
}


class Owner(Record, kw_only=True):
    """Whose items they are, and how a drop says so."""

    name: str
    exactly: str
    nearly: str


class Stored(Record, kw_only=True):
    """The file: who holds what out, and every array as little-endian bytes."""

    layout: int
    owners: tuple[Owner, ...]
    arrays: dict[str, bytes]


class Index(NamedTuple):
    """The file as it is used.

    Attributes:
        owners: in the order in which the first to claim a content gives its reason.
        keys: exact hash of each unit.
        units: of each unit, what is needed to know it nearly.
        seeds: of the units.
        items: per item, its units.
        item_owners: per item, its owner.
        whole_keys: exact hashes of whole items, in rising order.
        whole_owners: of each of them, its owner.
        passages: unit -> owners whose passage it is.
    """

    owners: tuple[Owner, ...]
    keys: Hashes
    units: Units
    seeds: Seeds
    items: list[Places]
    item_owners: Places
    whole_keys: Hashes
    whole_owners: Places
    passages: dict[int, tuple[int, ...]]


def write(path: Path, wanted: Iterable[tuple[Owner, Iterable[Wanted]]]) -> None:
    """Write the file."""
    gathering = Gathering()
    owners = []
    for number, (owner, items) in enumerate(wanted):
        owners.append(owner)
        gathering.add(number, items)
    arrays = gathering.arrays()
    stored = Stored(
        layout=LAYOUT,
        owners=tuple(owners),
        arrays={name: arrays[name].astype(kind).tobytes() for name, kind in _TYPES.items()},
    )
    write_bytes(path, msgspec.msgpack.encode(stored))


def read(path: Path) -> Index:
    """The index in a file.

    Raises:
        Damaged: it is no such file, or one of another version.
    """
    try:
        stored = msgspec.msgpack.decode(path.read_bytes(), type=Stored)
        if stored.layout != LAYOUT:
            raise Damaged(str(path), f"must be of layout {LAYOUT}, not {stored.layout}", "Delete it")
        arrays = {name: np.frombuffer(stored.arrays[name], dtype=kind) for name, kind in _TYPES.items()}
    except (OSError, msgspec.DecodeError, KeyError, ValueError) as error:
        raise Damaged(str(path), f"must be an index of held-out items, but {error}", "Delete it") from error
    wide = {
        name: array.astype(np.int64) for name, array in arrays.items() if array.dtype == np.uint32 and name != "pairs"
    }
    lengths = wide["unit_lengths"]
    passages: dict[int, tuple[int, ...]] = {}
    for unit, owner in zip(wide["passage_units"].tolist(), wide["passage_owners"].tolist(), strict=True):
        passages[unit] = (*passages.get(unit, ()), owner)
    return Index(
        owners=stored.owners,
        keys=arrays["unit_keys"],
        units=Units(lengths, np.cumsum(lengths) - lengths, arrays["pairs"], arrays["unit_numerals"]),
        seeds=Seeds(arrays["seed_keys"], wide["seed_units"], wide["seed_ats"]),
        items=np.split(wide["item_units"], np.cumsum(wide["item_counts"]))[:-1],
        item_owners=wide["item_owners"],
        whole_keys=arrays["whole_keys"],
        whole_owners=wide["whole_owners"],
        passages=passages,
    )
