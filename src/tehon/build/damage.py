"""Broken rows: listed in a quarantine, and too many of them fail the source, as does a source that gives nothing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from tehon.build.ledger import merged
from tehon.build.piece import Piece
from tehon.build.plan import Plan
from tehon.errors import BadRawFile, EmptyData
from tehon.records.corpus import Drop
from tehon.records.record import Record
from tehon.storage.atomic import atomic_path

FEW = 10
"""So many damaged rows of a source are no ground to stop, whatever their share."""


class Damaged(Record, kw_only=True, omit_defaults=True):
    """A line of the quarantine.

    Attributes:
        source: the source's name.
        place: `file:row`.
        byte_offset: where the row starts in its file (decompressed); absent where the format has no lines.
        reason: what is wrong with it.
    """

    source: str
    place: str
    byte_offset: int | None = None
    reason: str


def see_damage(pieces: Sequence[Piece], plan: Plan, quarantine: Path) -> None:
    """List every damaged row, and see that no source has too many.

    Raises:
        BadRawFile: one has.
    """
    encoder = msgspec.json.Encoder()
    with atomic_path(quarantine) as path, path.open("wb") as stream:
        for piece in pieces:
            if piece.summary.first_damaged:
                stream.writelines(encoder.encode(line) + b"\n" for line in _damaged(piece))
    for source, group in groupby(pieces, key=lambda piece: piece.source):
        of_source = list(group)
        damaged = sum(line.damaged for piece in of_source for line in piece.summary.ledger)
        read = sum(piece.summary.ledger[0].read for piece in of_source)
        if damaged > max(FEW, plan.mixture.most_damaged * read):
            first = next(piece.summary.first_damaged for piece in of_source if piece.summary.first_damaged)
            place = first.example_id.removeprefix(f"{source}/")
            problem = (
                f"at most {plan.mixture.most_damaged:.1%} of the rows of {source} may be damaged, but {damaged:,} of "
                f"{read:,} are ({quarantine} lists them); the first: {first.reason}"
            )
            raise BadRawFile(f"{source}/{place}", problem, "Fetch the file again, or raise most_damaged")


def _damaged(piece: Piece) -> Iterator[Damaged]:
    decoder = msgspec.json.Decoder(Drop)
    for line in piece.drops():
        drop = decoder.decode(line)
        if drop.damaged:
            source, _, place = drop.example_id.partition("/")
            yield Damaged(source=source, place=place, byte_offset=drop.byte_offset, reason=drop.reason)


def see_empty(pieces: Sequence[Piece], plan: Plan) -> None:
    """See that every source gave examples.

    Raises:
        EmptyData: one gave none.
    """
    folders = {supply.source.name: supply.folder for supply in plan.supplies}
    for line in merged(line for piece in pieces for line in piece.summary.ledger[:1]):
        if not line.kept:
            most = ", ".join(f"{reason} ({count:,})" for reason, count in Counter(line.dropped).most_common(3))
            problem = f"must give examples of {line.source}, but gives none: {most or 'no rows'}"
            where = str(folders[line.source] or f"source {line.source}")
            raise EmptyData(where, problem, "Check that these are the right files")
