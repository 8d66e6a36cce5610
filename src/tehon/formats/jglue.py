"""What the corpora of JGLUE share: their publisher, where their files lie, and the layout of sentence pairs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from tehon.formats.finding import find_one
from tehon.formats.github import Repository
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
UPSTREAM = Repository("yahoojapan/JGLUE", "6f071c09316baae89c3d083a90985b4b1cb9968c")
"""As it stood at version 1.3."""
KNOWN: dict[str, tuple[str, int | None]] = {
    "jcommonsenseqa-v1.3/train-v1.3.json": (
        "9b55fae5ecb3aedd6f8ce5bc09196c3b629864668ec6c18eee4d65c0aa48229e",
        1_879_961,
    ),
    "jcommonsenseqa-v1.3/valid-v1.3.json": (
        "0d8d76f3bfa0d174866939882faccdd01fbc2bcd5a76c43748ba0c40a7b3b8d4",
        235_633,
    ),
    "jnli-v1.3/train-v1.3.json": ("c506354d1310807f7300cfa8ad49482c6359a84fe85eea8d5e667d90d338d1c4", None),
    "jnli-v1.3/valid-v1.3.json": ("ca0353efc7c2eebfb6de4e13f16295053c8b1ee65e7b0849190c90426fbc495f", 632_446),
    "jnli-v1.3/test-v1.3.json": ("f40849584d4291ec172dcd869646800cc8c82457cde2260a0f45934eda307792", None),
    "jsquad-v1.3/valid-v1.3.json": ("fb0a57a35281ff03bbe7f0e878cff5b577985fbe6fcb242e7e8ddb63d1c0ab11", 1_976_638),
    "jsts-v1.3/train-v1.3.json": ("db6bd653270ac9786759920413a48973164d322998f34dd4ae32202af5e66969", 3_164_816),
    "jsts-v1.3/valid-v1.3.json": ("7c0bdcb381179f01096c635d058853d96da1e1248d23fe3f5c2beed5dc2d9b1a", 372_253),
}
"""File -> sha256 and, where it is known, size in bytes."""


class SentencePair(msgspec.Struct, frozen=True):
    """One line of JNLI or JSTS; the label is a word there and a number here."""

    sentence_pair_id: str
    sentence1: str
    sentence2: str
    label: str | float | None = None


def downloads(corpus: str, *splits: str) -> tuple[Download, ...]:
    """The files of a corpus, such as `jnli`, in version 1.3."""
    files = [f"{corpus}-v1.3/{split}-v1.3.json" for split in splits]
    return tuple(UPSTREAM.download(f"datasets/{file}", *KNOWN.get(file, (None, None))) for file in files)


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
