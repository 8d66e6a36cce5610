"""What the corpora of JGLUE share: their publisher, where their files lie, and the layout of sentence pairs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from tehon.formats.finding import find_one
from tehon.formats.json_lines import json_rows
from tehon.formats.judgement import Judged, Judgement, pair
from tehon.formats.lines import file_lines
from tehon.records.corpus import Download, Licence
from tehon.records.rows import LeftOut, Row

HOMEPAGE = "https://github.com/yahoojapan/JGLUE"
CITATION = (
    "Kentaro Kurihara, Daisuke Kawahara, Tomohide Shibata: JGLUE: Japanese General Language Understanding Evaluation. "
    "LREC 2022, pp. 2957-2966."
)
LICENCE = Licence(
    spdx="CC-BY-SA-4.0",
    url=f"{HOMEPAGE}#license",
    attribution="Yahoo Japan Corporation and Waseda University, JGLUE, CC BY-SA 4.0",
    share_alike=True,
)
SPLITS = {"train": "train*.json", "valid": "valid*.json", "test": "test*.json"}
"""Split -> file pattern, whatever the version."""
FILES = "https://raw.githubusercontent.com/yahoojapan/JGLUE/v1.3.0/datasets"


class SentencePair(msgspec.Struct, frozen=True):
    """One line of JNLI or JSTS; the label is a word there and a number here."""

    sentence_pair_id: str
    sentence1: str
    sentence2: str
    label: str | float | None = None


def downloads(corpus: str, *splits: str) -> tuple[Download, ...]:
    """The files of a corpus, such as `jnli`, in version 1.3."""
    return tuple(Download(url=f"{FILES}/{corpus}-v1.3/{split}-v1.3.json") for split in splits)


def judged_pairs(
    folder: Path, splits: list[str], names: tuple[str, str], label: Callable[[SentencePair], str]
) -> Iterator[Judged | LeftOut]:
    """Every sentence pair of these splits, in the files' order.

    Args:
        folder: with the files of any version 1.x.
        splits: to read.
        names: what the two sentences are called in the material.
        label: the pair's label as the judgement knows it; empty where there is none.
    """
    for split in splits:
        path = find_one(folder, f"{split}-v1.*.json")
        for line in json_rows(file_lines(path), path.name, SentencePair):
            if isinstance(line, LeftOut):
                yield line
                continue
            place, both = line
            yield Judged(
                place=place,
                id=f"{split}-{both.sentence_pair_id}",
                split=split,
                material=pair(both.sentence1, both.sentence2, names),
                label=label(both),
            )


def rows(judgement: Judgement, pairs: Iterator[Judged | LeftOut], seed: int) -> Iterator[Row | LeftOut]:
    """The rows of these pairs under one judgement."""
    return (one if isinstance(one, LeftOut) else judgement.row(one, seed) for one in pairs)
