"""Knows held-out items again in any content, whatever its source calls its fields and in whatever order they stand.

An item is asked where all of its texts stand in a content, each exactly (any writing, any punctuation, with or without
a name in front) or nearly (at most CHANGED of its letters, and none of its numerals, are others). A text that is too
short to be known nearly must be a whole stretch of the content: a text, a line, a sentence of the instruction. An item
that is too short to prove anything must be the whole question. Passages are looked for as well, but only reported: the
same passage with another question is another item.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tehon.leakage.alignment import Seeded, align
from tehon.leakage.gathering import SHORTEST
from tehon.leakage.held_out_index import Index, Owner, read, write
from tehon.leakage.lookup import Lookup
from tehon.leakage.seeds import SIZE
from tehon.leakage.spots import Spot, Texts, apart, near
from tehon.leakage.stretches import PLAIN, Block
from tehon.leakage.wanted import of_file, of_task
from tehon.records.evaluation import Task
from tehon.records.step import Content
from tehon.text.ngrams import Hashes, Places

OVERLAP = 0.3
"""Share of a passage's letters that must stand in a content for the passage to be shared."""
SUREST = 24
"""Letters that a text must have to be known nearly within a document, where much is alike by chance."""
MOST_ITEMS = 64
"""Items that a text may belong to and still make one think of each of them."""


class Finding(NamedTuple):
    """What was found in one content.

    Attributes:
        reason: why it must not stay; empty where it may.
        passages: names of those whose passages stand in it.
    """

    reason: str = ""
    passages: tuple[str, ...] = ()


NOTHING = Finding()


Claim = tuple[bool, int]
"""Whether the item is changed, and its owner."""
Spots = dict[int, dict[int, list[Spot]]]
"""Row -> unit -> where it stands."""


def write_index(tasks: Sequence[Task], files: Sequence[Path], raw: Path | None, path: Path) -> None:
    """Write the items of these tasks and files as hashes; the same items give the same bytes.

    Raises:
        RawFileMissing: a task's scored split is not at hand.
        BadRawFile: a file is damaged.
        EmptyData: a task or a file holds no item.
    """
    of_tasks = ((_owner(task.name, "asked by"), of_task(task, raw)) for task in tasks)
    of_files = ((_owner(file.name, "held in"), of_file(file)) for file in files)
    write(path, chain(of_tasks, of_files))


def read_index(path: Path) -> "HeldOut":
    """The items of an index.

    Raises:
        Damaged: the file is no index of this version.
    """
    return HeldOut(read(path))


def _owner(name: str, verb: str) -> Owner:
    return Owner(name=name, exactly=f"{verb} {name}", nearly=f"nearly {verb} {name}")


class HeldOut:
    """The held-out items of an index.

    Args:
        index: as read from its file.
    """

    def __init__(self, index: Index) -> None:
        """Order everything by what it is looked up with."""
        self._index = index
        self._items = _by_unit(index)
        leads = np.array(sorted(self._items), dtype=np.int64)
        self._leads = leads[np.argsort(index.keys[leads], kind="stable")]
        self._by_lead = Lookup(index.keys[self._leads])
        self._by_whole = Lookup(index.whole_keys)
        self._by_seed = Lookup(index.seeds.keys)

    def reason(self, content: Content) -> str:
        """Why a content must not stay; empty where it may."""
        return self.look([content])[0].reason

    def passages(self, content: Content) -> tuple[str, ...]:
        """Names of those whose passages stand in a content; that is no reason to leave it out."""
        return self.look([content])[0].passages

    def look(self, contents: Sequence[Content]) -> list[Finding]:
        """What is found in each of these contents; some hundred at once cost the least."""
        block = Block(contents)
        claims = self._whole_claims(block)
        spots, passages = self._near(block)
        self._add_exact(spots, block)
        for row, standing in spots.items():
            claims[row] += self._claims(standing, Texts(contents[row], block, row))
        findings = [NOTHING] * len(contents)
        for row in claims.keys() | passages.keys():
            names = tuple(self._index.owners[owner].name for owner in sorted(passages.get(row, ())))
            findings[row] = Finding(self._reason(claims.get(row, [])), names)
        return findings

    def among(self, keys: Hashes, rows: Places, wholes: Hashes) -> Iterator[tuple[int, int, int]]:
        """Row, owner and number of every item that is asked, exactly, where only hashes of the contents are known.

        An item that is known by nothing but the whole of it has a number below zero.

        Args:
            keys: of the stretches of all contents, as `Block.stretch_keys` has them, content by content.
            rows: of each of them, the number of its content, in rising order.
            wholes: of each content, the hash of its instruction and input in one.
        """
        index = self._index
        known: set[tuple[int, int]] = set()
        places, leads = self._by_lead.find(keys)
        for place, lead in zip(places.tolist(), leads.tolist(), strict=True):
            row = int(rows[place])
            own = keys[np.searchsorted(rows, row) : np.searchsorted(rows, row, side="right")]
            for item in self._items[int(self._leads[lead])]:
                if np.isin(index.keys[index.items[item]], own).all():
                    known.add((row, int(index.item_owners[item])))
                    yield row, int(index.item_owners[item]), item
        places, found = self._by_whole.find(wholes)
        for row, whole in zip(places.tolist(), found.tolist(), strict=True):
            if (row, int(index.whole_owners[whole])) not in known:
                yield row, int(index.whole_owners[whole]), -1 - whole

    def _reason(self, claims: list[Claim]) -> str:
        if not claims:
            return ""
        changed, number = min(claims)
        owner = self._index.owners[number]
        return owner.nearly if changed else owner.exactly

    def _claims(self, standing: dict[int, list[Spot]], texts: Texts) -> list[Claim]:
        """Whose items are asked by a content in which these units stand."""
        claims = []
        for item in {item for unit in standing for item in self._items.get(unit, ())}:
            units = self._index.items[item].tolist()
            exact = apart([standing.get(unit) or self._search(unit, texts) for unit in units])
            if exact is not None:
                claims.append((not exact, int(self._index.item_owners[item])))
        return claims

    def _search(self, unit: int, texts: Texts) -> list[Spot]:
        """Where another unit of an item stands, one of which does."""
        index = self._index
        found = texts.exactly(int(index.keys[unit]))
        return found or (texts.nearly(unit, index.units) if index.units.lengths[unit] >= SHORTEST else [])

    def _whole_claims(self, block: Block) -> dict[int, list[Claim]]:
        """Row -> claims for every example that is an item as a whole."""
        claims: dict[int, list[Claim]] = defaultdict(list)
        rows, instructions, inputs = block.wholes()
        places, found = self._by_whole.find(block.letters.joined(instructions, inputs))
        for row, owner in zip(rows[places].tolist(), self._index.whole_owners[found].tolist(), strict=True):
            claims[row].append((False, owner))
        return claims

    def _add_exact(self, spots: Spots, block: Block) -> None:
        """Add every stretch that is a unit."""
        places, leads = self._by_lead.find(block.stretch_keys)
        for place, lead in zip(places.tolist(), leads.tolist(), strict=True):
            spot = Spot(int(block.stretches.starts[place]), int(block.stretches.stops[place]), exact=True)
            spots[int(block.stretches.rows[place])][int(self._leads[lead])].append(spot)

    def _near(self, block: Block) -> tuple[Spots, dict[int, set[int]]]:
        """Where units stand nearly, or within a longer text; and row -> owners of the passages in it."""
        spots: Spots = defaultdict(lambda: defaultdict(list))
        passages: dict[int, set[int]] = defaultdict(set)
        index, letters = self._index, block.letters
        places, seeds = self._by_seed.find(letters.windows(SIZE))
        if not len(places):
            return spots, passages
        seeded = Seeded(index.seeds.units[seeds], index.seeds.ats[seeds], places)
        found = align(index.units, seeded, block.row_of(places), block.sight)
        rows, lengths = block.row_of(found.places), index.units.lengths[found.units]
        starts, stops = np.maximum(found.starts, 0), np.minimum(found.starts + lengths, len(letters.codes))
        exact = letters.stretches(starts, stops) == index.keys[found.units]
        for i in near(found, index.units, block.stops).tolist():
            if exact[i] or lengths[i] >= SUREST or block.role_of(found.places[i : i + 1])[0] != PLAIN:
                spots[int(rows[i])][int(found.units[i])].append(Spot(int(starts[i]), int(stops[i]), bool(exact[i])))
        for i in np.flatnonzero(found.changed <= (1 - OVERLAP) * lengths).tolist():
            owners = index.passages.get(int(found.units[i]))
            if owners:
                passages[int(rows[i])].update(owners)
        return spots, passages


def _by_unit(index: Index) -> dict[int, list[int]]:
    """Unit -> items that it makes one think of: those that few other items share, or else an item's rarest one."""
    counts = np.bincount(
        np.concatenate([*index.items, np.zeros(0, dtype=np.int64)]), minlength=len(index.keys)
    ).tolist()
    lengths = index.units.lengths.tolist()
    items: dict[int, list[int]] = defaultdict(list)
    for number, units in enumerate(index.items):
        telling = [unit for unit in units.tolist() if counts[unit] <= MOST_ITEMS and lengths[unit] >= SHORTEST]
        for unit in telling or [min(units.tolist(), key=lambda unit: (counts[unit], -lengths[unit], unit))]:
            items[unit].append(number)
    return dict(items)
