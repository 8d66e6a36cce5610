"""A release as JSON Lines in one of the layouts, with the entry by which LLaMA-Factory finds it."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from tehon.progress import Advance
from tehon.publish.card import card
from tehon.publish.finished import Finished
from tehon.publish.layouts import LAYOUTS, Said
from tehon.publish.rows import conversations, rows
from tehon.records.publishing import Export, LayoutName
from tehon.storage.atomic import write_bytes, write_text
from tehon.storage.manifest import pretty
from tehon.writing.hub import Config

LINES = "train.jsonl"
FACTORY = "dataset_info.json"
"""Where LLaMA-Factory looks for what a folder holds."""
ORIGIN = ("id", "source", "licence")
BATCH = 10_000


class _Tally:
    def __init__(self) -> None:
        self.written = 0
        self.with_history = 0
        self.left_out: Counter[str] = Counter()


def write_lines(release: Finished, layout: LayoutName, out: Path, advance: Advance, *, with_origin: bool) -> Export:
    """Write every row that the layout can hold, in the order of the release, in constant memory.

    Args:
        release: holds examples.
        layout: one of LAYOUTS.
        out: an empty folder.
        advance: told of rows.
        with_origin: each row says its id, source and licence as well.

    Raises:
        Damaged: a shard cannot be read.
    """
    with_history = conversations(release.path) > 0
    tally = _Tally()
    written = _rows(release.path, layout, tally, with_history=with_history, with_origin=with_origin)
    encoder = msgspec.json.Encoder()
    with (out / LINES).open("wb") as stream:
        while batch := list(islice(written, BATCH)):
            stream.write(encoder.encode_lines(batch))
            advance(len(batch))
    made = Export(
        name=release.release.name,
        layout=layout,
        digest=release.release.digest,
        examples=tally.written,
        left_out=dict(sorted(tally.left_out.items())),
        with_history=tally.with_history,
        licence=release.release.licence,
        licences=release.release.licences,
        shared=release.mixture.shared,
    )
    entry = {"file_name": LINES, **LAYOUTS[layout].factory(with_history)}
    write_bytes(out / FACTORY, pretty({made.name: entry}))
    write_text(out / "README.md", card(made, release, (Config(name="default", files=(LINES,)),)))
    return made


def _rows(
    path: Path, layout: LayoutName, tally: _Tally, *, with_history: bool, with_origin: bool
) -> Iterator[dict[str, Any]]:
    make = LAYOUTS[layout].row
    origin = ORIGIN if with_origin else ()
    for values in rows(path, (*Said._fields, *origin)):
        said = Said(*values[: len(Said._fields)])
        row = make(said, with_history)
        if isinstance(row, str):
            tally.left_out[row] += 1
            continue
        tally.written += 1
        tally.with_history += bool(said.history)
        yield row | dict(zip(origin, values[len(Said._fields) :], strict=True)) if origin else row
